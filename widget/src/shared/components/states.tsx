/** What a view shows when it has nothing, not yet, or no longer. */
import type { ComponentChildren, JSX } from "preact";
import { ApiError } from "../api";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";

interface EmptyProps {
  title: string;
  icon?: IconName;
  /** What will be here, or what to do next. */
  children?: ComponentChildren;
}

export function Empty({ title, icon = "chat", children }: EmptyProps): JSX.Element {
  return (
    <div class="b-state">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children ? <div class="b-muted">{children}</div> : null}
    </div>
  );
}

export function Loading({ label = "Loading" }: { label?: string }): JSX.Element {
  return (
    <div class="b-state" role="status">
      <span class="b-spinner" aria-hidden="true" />
      <span class="b-muted">{label}</span>
    </div>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }): JSX.Element {
  return (
    <div class="b-state b-state-failed" role="alert">
      <Icon name={error instanceof ApiError && error.status === 0 ? "wifi" : "alert"} />
      <p>{plainWords(error)}</p>
      {onRetry ? (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

/** An error in words a person can use; what is not known to be meant for people is not shown to them. */
export function plainWords(error: unknown): string {
  if (!(error instanceof ApiError)) return "That did not work. Please try again.";
  if (error.status === 429) return `That was a lot at once. Try again ${inSeconds(error.retryAfter)}.`;
  return error.message || "The server could not do that.";
}

function inSeconds(seconds: number | null): string {
  return seconds ? `in ${Math.ceil(seconds)} s` : "in a moment";
}
