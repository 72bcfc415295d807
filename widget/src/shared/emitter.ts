/** Typed listeners, without a view library: `on` returns what takes the listener away again. */

export type Listener<Payload> = (payload: Payload) => void;

export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const known = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, known.add(listener as Listener<never>));
    return () => void known.delete(listener as Listener<never>);
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) (listener as Listener<Events[Name]>)(payload);
  }
}
