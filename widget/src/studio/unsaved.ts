/** Changes that are not saved yet, by what they belong to: they stay while one looks elsewhere in the studio. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Unsaved {
  text: string;
  /** The version it was made from. */
  version: string | null;
}

export const unsaved = signal<ReadonlyMap<string, Unsaved>>(new Map());

export function keep(name: string, change: Unsaved): void {
  unsaved.value = new Map(unsaved.value).set(name, change);
}

export function forget(name: string): void {
  const left = new Map(unsaved.value);
  left.delete(name);
  unsaved.value = left;
}

/** The browser asks before the page with unsaved changes is left. */
export function useUnsavedWarning(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (unsaved.value.size > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, []);
}
