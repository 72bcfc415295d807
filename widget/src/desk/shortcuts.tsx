import type { JSX } from "preact";
import { Dialog } from "../shared/components";
import type { Desk } from "./desk";
import { KEYS } from "./keys";

/** All keys, and the way to turn the single ones off. */
export function Shortcuts({ desk, onClose }: { desk: Desk; onClose: () => void }): JSX.Element {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="d-keys">
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label class="d-check">
        <input
          type="checkbox"
          checked={desk.keys.value}
          onChange={(event) => desk.setKeys(event.currentTarget.checked)}
        />
        Single keys work outside of text fields
      </label>
    </Dialog>
  );
}
