import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { IconButton } from "./button";

export interface DialogProps {
  title: string;
  onClose: () => void;
  /** The buttons that end it, main one last. */
  actions?: ComponentChildren;
  children?: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus in and gives it back, Esc and a click beside it close. */
export function Dialog({ title, onClose, actions, children }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const cancel = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog
      ref={element}
      class="b-dialog"
      aria-labelledby={heading}
      onCancel={cancel}
      onClick={(event) => event.target === element.current && onClose()}
    >
      <div class="b-dialog-body">
        <header>
          <h2 id={heading}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        {children}
        {actions ? <footer>{actions}</footer> : null}
      </div>
    </dialog>
  );
}
