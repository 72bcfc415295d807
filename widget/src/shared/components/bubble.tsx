import type { ComponentChildren, JSX } from "preact";

export type BubbleSide = "customer" | "bot" | "agent" | "note";

/** What one person said. The customer's stand at the end of the line, all others at its start. */
export function Bubble({
  side,
  failed = false,
  children,
}: {
  side: BubbleSide;
  failed?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div dir="auto" class={`b-bubble b-bubble-${side}${failed ? " b-bubble-failed" : ""}`}>
      {children}
    </div>
  );
}

/** A small centred line that nobody said: a change of hands, a day. */
export function SystemLine({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <p dir="auto" class="b-system-line">
      {children}
    </p>
  );
}

/** Three dots; the words for it are the caller's, in a `role=status`. */
export function TypingDots(): JSX.Element {
  return (
    <span class="b-typing" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
