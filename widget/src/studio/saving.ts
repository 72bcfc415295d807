/** Text that is edited from a version and saved with `If-Match`. Unsaved text stays while one looks elsewhere. */
import { useState } from "preact/hooks";
import { type Stale, staleOf } from "./conflict";
import { forget, keep, unsaved } from "./unsaved";

export interface Saving {
  text: string;
  dirty: boolean;
  busy: boolean;
  stale: Stale | null;
  failure: unknown;
  set: (text: string) => void;
  /** True when it was saved. */
  save: () => Promise<boolean>;
  /** What the other editor saved replaces one's own. */
  takeTheirs: () => void;
  /** One's own replaces what the other editor saved. */
  keepMine: () => Promise<boolean>;
  drop: () => void;
}

export interface Original {
  text: string;
  version: string | null;
}

/** `put` saves a text over a version and gives the new original; it raises `ApiError`, 412 when the version is old. */
export function useSaving(
  name: string,
  first: Original,
  put: (text: string, version: string) => Promise<Original>,
): Saving {
  const kept = unsaved.value.get(name);
  const [original, setOriginal] = useState<Original>(kept ? { text: first.text, version: kept.version } : first);
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState<Stale | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const text = kept?.text ?? original.text;
  const saved = (next: Original): void => {
    setOriginal(next);
    setStale(null);
    setFailure(null);
    forget(name);
  };
  const saveOver = async (version: string | null): Promise<boolean> => {
    setBusy(true);
    setFailure(null);
    try {
      saved(await put(text, quoted(version)));
      return true;
    } catch (reason) {
      const other = staleOf(reason);
      setStale(other);
      setFailure(other ? null : reason);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return {
    text,
    dirty: kept !== undefined,
    busy,
    stale,
    failure,
    set: (changed) => {
      if (changed === original.text && !stale) forget(name);
      else keep(name, { text: changed, version: original.version });
    },
    save: () => saveOver(original.version),
    takeTheirs: () => {
      if (stale) saved({ text: stale.current.join("\n"), version: stale.version });
    },
    keepMine: () => saveOver(stale?.version ?? original.version),
    drop: () => {
      setFailure(null);
      forget(name);
    },
  };
}

/** A version as `If-Match` wants it. */
export function quoted(version: string | null): string {
  if (!version || version === "*") return "*";
  return version.startsWith('"') ? version : `"${version}"`;
}
