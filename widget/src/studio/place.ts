/** Where in the studio one is, as it stands in the address: `#articles/opening-hours`. */
import { useEffect, useState } from "preact/hooks";

export const SECTIONS = ["review", "intents", "articles", "training", "models"] as const;
export type Section = (typeof SECTIONS)[number];

export interface Place {
  section: Section;
  /** What is open in it. */
  item: string | null;
}

export function placeOf(hash: string): Place {
  const [name = "", ...rest] = hash.replace(/^#/, "").split("/");
  const section = SECTIONS.find((known) => known === name) ?? "review";
  return { section, item: rest.length ? decoded(rest.join("/")) : null };
}

export function hashOf(section: Section, item?: string | null): string {
  return item ? `#${section}/${encodeURIComponent(item)}` : `#${section}`;
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const follow = (): void => setPlace(placeOf(location.hash));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return place;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
