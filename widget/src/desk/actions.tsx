/** What can be done with the open conversation, by whose it is. */
import type { JSX } from "preact";
import { Button, IconButton, plainWords, toast } from "../shared/components";
import type { Desk } from "./desk";
import { isMine, isOfferedTo, isSnoozed, isWaiting } from "./lists";
import type { Detail } from "./model";
import type { Talk } from "./talk";
import { type Work, write } from "./work";

interface Props {
  desk: Desk;
  talk: Talk;
  detail: Detail;
  work: Work;
}

export function Actions({ desk, talk, detail, work }: Props): JSX.Element {
  const mine = isMine(detail, desk.me.value);
  const busy = talk.busy.value;
  const resolvable = mine || detail.state === "offline";
  const snoozed = isSnoozed(detail, desk.now.value);
  return (
    <div class="d-actions">
      {snoozed ? (
        <Button small icon="undo" onClick={() => void attempt(talk.snooze(null))}>
          Take up again
        </Button>
      ) : null}
      {mine ? (
        <>
          <IconButton icon="arrow" label="Pass on (t)" onClick={() => (work.dialog.value = "transfer")} />
          <IconButton icon="clock" label="Put aside (s)" onClick={() => (work.dialog.value = "snooze")} />
          <IconButton
            icon="undo"
            label="Give back to the assistant (b)"
            disabled={busy !== null}
            onClick={() => void attempt(talk.returnToBot(), "The assistant goes on.")}
          />
        </>
      ) : null}
      {resolvable ? (
        <Button small icon="check" onClick={() => (work.dialog.value = "resolve")}>
          Close
        </Button>
      ) : null}
      {isOfferedTo(detail, desk.me.value) ? (
        <Button small busy={busy === "decline"} onClick={() => void attempt(talk.decline(), "Left to the next agent.")}>
          Leave to others
        </Button>
      ) : null}
      {isWaiting(detail) ? (
        <Button small tone="primary" busy={busy === "claim"} onClick={() => void claim(desk, talk, work)}>
          Claim
        </Button>
      ) : null}
    </div>
  );
}

/** Does it, and says what became of it. */
export async function attempt(doing: Promise<void>, done?: string): Promise<boolean> {
  try {
    await doing;
    if (done) toast(done);
    return true;
  } catch (reason) {
    toast(plainWords(reason), { tone: "attention" });
    return false;
  }
}

/** Takes it, and goes on among one's own with a reply. */
export async function claim(desk: Desk, talk: Talk, work: Work): Promise<void> {
  if (!(await attempt(talk.claim()))) return;
  desk.show("mine");
  write(work, "reply");
}
