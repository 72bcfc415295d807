/** Fetching what a view shows, with its waiting and failing states. */
import type { ComponentChildren, JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Failed, Loading } from "../shared/components";

export interface Loaded<Value> {
  value: Value | null;
  failure: unknown;
  reload: () => Promise<void>;
  set: (value: Value) => void;
}

/** Fetches at first and whenever `keys` change; an answer that comes too late is left aside. */
export function useLoaded<Value>(load: () => Promise<Value>, keys: readonly unknown[]): Loaded<Value> {
  const [value, setValue] = useState<Value | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const newest = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++newest.current;
    try {
      const found = await load();
      if (mine !== newest.current) return;
      setValue(found);
      setFailure(null);
    } catch (reason) {
      if (mine === newest.current) setFailure(reason);
    }
  }, keys);
  useEffect(() => {
    setValue(null);
    setFailure(null);
    void reload();
    return () => void (newest.current += 1);
  }, [reload]);
  return { value, failure, reload, set: setValue };
}

export function Shown<Value>(props: {
  loaded: Loaded<Value>;
  children: (value: Value) => ComponentChildren;
}): JSX.Element {
  const { loaded, children } = props;
  if (loaded.value !== null) return <>{children(loaded.value)}</>;
  if (loaded.failure) return <Failed error={loaded.failure} onRetry={() => void loaded.reload()} />;
  return <Loading />;
}
