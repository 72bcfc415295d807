/** Starts the Chromium of this machine; where there is none, tests say so and are left out. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [
  process.env["BATON_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
export const executablePath = PLACES.find((place): place is string => Boolean(place) && existsSync(place as string));

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function startChromium(): Promise<Browser> {
  if (!executablePath) throw new Error("There is no Chromium; name one in BATON_CHROMIUM.");
  return chromium.launch({ executablePath, args: ARGS });
}
