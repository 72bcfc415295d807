/** What the script tag says: where the service is, and how the launcher looks. */
import type { Position, Theme } from "../shared/bridge";

export interface Settings {
  /** Where the script came from; the panel lives there, and only it is spoken with. */
  origin: string;
  theme: Theme;
  locale: string;
  position: Position;
  name: string;
}

const THEMES: readonly string[] = ["auto", "light", "dark"];

/** Reads `data-theme`, `data-locale`, `data-position`, `data-name`; what is not understood takes its default. */
export function readSettings(script: HTMLScriptElement): Settings {
  const { theme, locale, position, name } = script.dataset;
  return {
    origin: new URL(script.src).origin,
    theme: asTheme(theme) ?? "auto",
    locale: locale || document.documentElement.lang || navigator.language,
    position: asPosition(position) ?? "right",
    name: name || "Support",
  };
}

export function asTheme(value: unknown): Theme | null {
  return THEMES.includes(value as string) ? (value as Theme) : null;
}

export function asPosition(value: unknown): Position | null {
  return value === "left" || value === "right" ? value : null;
}
