/** The part of `localStorage` that is used here; a page that may not store anything gets one that lasts until reload. */

export interface KeyValueStore {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class MemoryStore implements KeyValueStore {
  private readonly values = new Map<string, string>();

  get length(): number {
    return this.values.size;
  }
  key(index: number): string | null {
    return [...this.values.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }
  removeItem(key: string): void {
    this.values.delete(key);
  }
}

/** `localStorage`, or memory where cookies and site data are blocked. */
export function browserStore(): KeyValueStore {
  try {
    const probe = "baton.probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return new MemoryStore();
  }
}

export function readJson<Value>(store: KeyValueStore, key: string): Value | null {
  const text = store.getItem(key);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Value;
  } catch {
    store.removeItem(key);
    return null;
  }
}

/** Writes if there is room; a full store keeps working with what it has. */
export function writeJson(store: KeyValueStore, key: string, value: unknown): boolean {
  try {
    store.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
