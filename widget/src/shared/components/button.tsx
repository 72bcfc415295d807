import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon";

type Native = Omit<JSX.IntrinsicElements["button"], "icon" | "size">;

export interface ButtonProps extends Native {
  /** `primary` once a view; `quiet` has no edge; `danger` for what cannot be undone. */
  tone?: "primary" | "plain" | "quiet" | "danger";
  icon?: IconName;
  /** Shows that it is working, and keeps a second click away. */
  busy?: boolean;
  small?: boolean;
  children?: ComponentChildren;
}

export function Button({
  tone = "plain",
  icon,
  busy = false,
  small = false,
  children,
  ...native
}: ButtonProps): JSX.Element {
  const name = `b-button b-button-${tone}${small ? " b-button-small" : ""} ${String(native.class ?? "")}`.trim();
  return (
    <button type="button" {...native} class={name} disabled={Boolean(native.disabled) || busy} aria-busy={busy}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Native {
  icon: IconName;
  /** What it does; read aloud and shown on hover. */
  label: string;
}

export function IconButton({ icon, label, ...native }: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      {...native}
      class={`b-icon-button ${String(native.class ?? "")}`.trim()}
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </button>
  );
}
