/** One set of stroke icons on a 24 grid, drawn as nodes: no file, no font, no markup in strings. */
import type { JSX } from "preact";

const PATHS = {
  alert: "M12 8v5M12 16.5v.01M10.3 4 2.6 17.5A2 2 0 0 0 4.3 20.5h15.4a2 2 0 0 0 1.7-3L13.7 4a2 2 0 0 0-3.4 0Z",
  arrow: "M5 12h14M13 6l6 6-6 6",
  back: "M15 5l-7 7 7 7",
  box: "M3.5 7.5 12 3l8.5 4.5v9L12 21l-8.5-4.5zM3.5 7.5 12 12l8.5-4.5M12 12v9",
  chat: "M20.5 11.5a8 8 0 0 1-11.7 7.1L3.5 20.5l1.9-5A8 8 0 1 1 20.5 11.5Z",
  check: "M5 12.5 10 17.5 19.5 7",
  checks: "M1.5 12.5 6 17l9-9.5M11 16.2l.8.8L21.5 7.5",
  chevron: "M9 5l7 7-7 7",
  clock: "M12 7v5l3.5 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  close: "M6 6l12 12M18 6 6 18",
  document:
    "M14 3H6.5A1.5 1.5 0 0 0 5 4.5v15A1.5 1.5 0 0 0 6.5 21h11a1.5 1.5 0 0 0 1.5-1.5V8zM14 3v5h5M8.5 13h7M8.5 16.5h5",
  down: "M6 9.5l6 6 6-6",
  download: "M12 4v11M7 11l5 5 5-5M4.5 20h15",
  edit: "M4 20h4L19 9a2.1 2.1 0 0 0-4-4L4 16zM13.5 6.5l4 4",
  external: "M14 4h6v6M20 4l-9 9M18 14v4.5A1.5 1.5 0 0 1 16.5 20h-11A1.5 1.5 0 0 1 4 18.5v-11A1.5 1.5 0 0 1 5.5 6H10",
  flag: "M5 21V4M5 4.5h12.5l-2.5 4 2.5 4H5",
  label: "M3.5 12.5v-9h9l8.5 8.5-9 9zM8 8v.01",
  menu: "M5.75 12a.75.75 0 1 1-1.5 0 .75.75 0 0 1 1.5 0ZM12.75 12a.75.75 0 1 1-1.5 0 .75.75 0 0 1 1.5 0ZM19.75 12a.75.75 0 1 1-1.5 0 .75.75 0 0 1 1.5 0Z",
  note: "M5 4h14v10l-6 6H5zM19 14h-6v6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 7.5 0 0 1 15 0",
  plus: "M12 5v14M5 12h14",
  refresh: "M20 12a8 8 0 1 1-2.4-5.7L20 8.5M20 4v4.5h-4.5",
  search: "M16 16l4.5 4.5M18 10.5a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0Z",
  send: "M12 19V5M6 11l6-6 6 6",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  mute: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  star: "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z",
  trash: "M4.5 6.5h15M9 6.5V4h6v2.5M6.5 6.5l1 14h9l1-14M10 10.5v6M14 10.5v6",
  undo: "M9 7 4.5 11.5 9 16M4.5 11.5H15a5 5 0 0 1 0 10h-3",
  wifi: "M3 3l18 18M5 12.5a10 10 0 0 1 4.5-2.6M2 8.8A15 15 0 0 1 7.5 5.6M8.5 16a5 5 0 0 1 6 -.8M12 19.5v.01M13 5.1a15 15 0 0 1 9 3.7M15.5 10.3a10 10 0 0 1 3.5 2.2",
} as const;

/** Icons that point along the reading direction turn with it. */
const DIRECTED: ReadonlySet<string> = new Set(["arrow", "back", "chevron", "undo", "external"]);

export type IconName = keyof typeof PATHS;

/** Decoration beside words; alone it needs a `label`. */
export function Icon({ name, label }: { name: IconName; label?: string }): JSX.Element {
  const meaning = label ? { role: "img" as const, "aria-label": label } : { "aria-hidden": true as const };
  return (
    <svg class={DIRECTED.has(name) ? "b-icon b-icon-directed" : "b-icon"} viewBox="0 0 24 24" {...meaning}>
      <path d={PATHS[name]} />
    </svg>
  );
}
