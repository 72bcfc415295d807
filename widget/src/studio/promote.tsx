/** Making a model the one that serves. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../shared/api";
import { Button, Dialog, toast } from "../shared/components";
import type { ModelRow } from "./model";
import { attempt } from "./review-words";

interface Props {
  api: Api;
  id: string;
  /** Whether it did at least as well on held-out messages as the running one. */
  passed: boolean;
  onDone?: () => void;
}

export function Promote({ api, id, passed, onDone }: Props): JSX.Element {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const promote = async (): Promise<void> => {
    setBusy(true);
    const record = await attempt(api.post<ModelRow>(`/studio/models/${id}/promote`, { force: !passed }));
    setBusy(false);
    setAsking(false);
    if (!record) return;
    toast("It serves from the next message on. No message is lost.");
    onDone?.();
  };
  return (
    <>
      <Button small tone={passed ? "primary" : "plain"} busy={busy} onClick={() => setAsking(true)}>
        {passed ? "Promote" : "Promote anyway"}
      </Button>
      {asking ? (
        <Dialog
          title={passed ? "Let this model serve?" : "Let a weaker model serve?"}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>Not now</Button>
              <Button tone={passed ? "primary" : "danger"} busy={busy} onClick={() => void promote()}>
                Let it serve
              </Button>
            </>
          }
        >
          <p>
            {passed
              ? "Customers are answered by it from the next message on. You can go back with one press."
              : "It understood fewer held-out messages than the running one. You can go back with one press."}
          </p>
        </Dialog>
      ) : null}
    </>
  );
}
