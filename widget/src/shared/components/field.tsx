import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  /** What to enter, said before it goes wrong. */
  hint?: string | undefined;
  /** What is wrong and how to mend it. */
  error?: string | null | undefined;
}

type InputProps = FieldProps & JSX.IntrinsicElements["input"];
type AreaProps = FieldProps & JSX.IntrinsicElements["textarea"];
type SelectProps = FieldProps & JSX.IntrinsicElements["select"] & { children: ComponentChildren };

/** A labelled input with its hint and its error tied to it. */
export function Field({ label, hint, error, ...native }: InputProps): JSX.Element {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(link) => <input {...native} {...link} class="b-input" />}
    </Labelled>
  );
}

export function TextArea({ label, hint, error, ...native }: AreaProps): JSX.Element {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(link) => <textarea rows={3} {...native} {...link} class="b-input" />}
    </Labelled>
  );
}

export function Select({ label, hint, error, children, ...native }: SelectProps): JSX.Element {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(link) => (
        <select {...native} {...link} class="b-input">
          {children}
        </select>
      )}
    </Labelled>
  );
}

interface Link {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

function Labelled({
  label,
  hint,
  error,
  children,
}: FieldProps & { children: (link: Link) => JSX.Element }): JSX.Element {
  const id = useId();
  const words = error ?? hint;
  const link: Link = {
    id,
    ...(words ? { "aria-describedby": `${id}-words` } : {}),
    ...(error ? { "aria-invalid": true } : {}),
  };
  return (
    <div class="b-field">
      <label for={id}>{label}</label>
      {children(link)}
      {words ? (
        <p id={`${id}-words`} class={error ? "b-field-error" : "b-field-hint"} role={error ? "alert" : undefined}>
          {words}
        </p>
      ) : null}
    </div>
  );
}
