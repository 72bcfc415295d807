import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/shared/tokens.css", "utf8");

function tokens(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{6})/g)].map((found) => [found[1], found[2]]));
}
const light = tokens(css.slice(0, css.indexOf("[data-density")));
const byMedia = tokens(css.slice(css.indexOf("@media (prefers-color-scheme"), css.indexOf('\n[data-theme="dark"]')));
const byChoice = tokens(css.slice(css.indexOf('\n[data-theme="dark"]')));

/** Contrast of two colours as WCAG 2.2 defines it. */
function contrast(one: string | undefined, other: string | undefined): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
function luminance(colour = "#"): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r, g, b] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const readable: [string, string][] = [
  ["text", "ground"],
  ["text", "surface"],
  ["text", "raised"],
  ["text", "accent-soft"],
  ["text", "attention-soft"],
  ["muted", "ground"],
  ["muted", "surface"],
  ["muted", "raised"],
  ["accent", "ground"],
  ["accent", "surface"],
  ["accent", "raised"],
  ["accent", "accent-soft"],
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["attention", "ground"],
  ["attention", "surface"],
  ["attention", "attention-soft"],
  ["on-attention", "attention"],
  ["on-note", "note"],
];

describe.each([
  ["light", light],
  ["dark", byChoice],
])("%s", (_, theme) => {
  it.each(readable)("%s can be read on %s", (text, ground) => {
    expect(contrast(theme[text], theme[ground])).toBeGreaterThanOrEqual(4.5);
  });
  it("shows the edges of controls", () => {
    expect(contrast(theme["edge"], theme["ground"])).toBeGreaterThanOrEqual(3);
  });
});

it("is the same dark by choice and by the system", () => {
  expect(byChoice).toEqual(byMedia);
  expect(Object.keys(byChoice).sort()).toEqual(Object.keys(light).sort());
});
