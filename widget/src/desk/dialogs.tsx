/** Questions before a conversation changes hands, rests or ends. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button, Dialog, Failed, Field, Loading, Select, TextArea } from "../shared/components";
import { attempt } from "./actions";
import type { Desk } from "./desk";
import { LabelEditor } from "./labels";
import type { Colleague, Detail } from "./model";
import { atTime, inputTime, moments } from "./snooze";
import type { Talk } from "./talk";
import type { Work } from "./work";
import { OUTCOMES } from "../shared/words";

interface Props {
  desk: Desk;
  talk: Talk;
  detail: Detail;
  work: Work;
}

export function Dialogs({ desk, talk, detail, work }: Props): JSX.Element | null {
  const close = (): void => void (work.dialog.value = null);
  switch (work.dialog.value) {
    case "transfer":
      return <Transfer desk={desk} talk={talk} onClose={close} />;
    case "snooze":
      return <Snooze talk={talk} onClose={close} />;
    case "resolve":
      return <Resolve talk={talk} onClose={close} />;
    case "labels":
      return (
        <Dialog title="Labels" onClose={close} actions={<Button onClick={close}>Done</Button>}>
          <LabelEditor talk={talk} labels={detail.labels} />
        </Dialog>
      );
    case null:
      return null;
  }
}

interface DialogProps {
  talk: Talk;
  onClose: () => void;
}

function Resolve({ talk, onClose }: DialogProps): JSX.Element {
  const [outcome, setOutcome] = useState("resolved");
  const [comment, setComment] = useState("");
  const submit = async (): Promise<void> => {
    if (await attempt(talk.resolve(outcome, comment.trim()), "Closed. The customer is asked how it was.")) onClose();
  };
  return (
    <Dialog
      title="Close the conversation"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Go back</Button>
          <Button tone="primary" busy={talk.busy.value === "resolve"} onClick={() => void submit()}>
            Close it
          </Button>
        </>
      }
    >
      <fieldset class="d-choices">
        <legend>How did it end?</legend>
        {Object.entries(OUTCOMES).map(([code, title]) => (
          <label key={code} class="d-check">
            <input type="radio" name="outcome" checked={outcome === code} onChange={() => setOutcome(code)} />
            {title}
          </label>
        ))}
      </fieldset>
      <TextArea
        label="Comment, for colleagues"
        rows={2}
        maxLength={2000}
        value={comment}
        onInput={(event) => setComment(event.currentTarget.value)}
      />
    </Dialog>
  );
}

function Snooze({ talk, onClose }: DialogProps): JSX.Element {
  const [own, setOwn] = useState(() => inputTime(new Date(Date.now() + 2 * 3600_000)));
  const until = async (moment: Date | null): Promise<void> => {
    if (moment && (await attempt(talk.snooze(moment), "Put aside. It comes back then, or when the customer writes."))) {
      onClose();
    }
  };
  return (
    <Dialog title="Put aside until" onClose={onClose}>
      <div class="d-moments">
        {moments(new Date()).map(({ title, at }) => (
          <Button key={title} onClick={() => void until(at)}>
            {title}
          </Button>
        ))}
      </div>
      <form
        class="d-own-time"
        onSubmit={(event) => {
          event.preventDefault();
          void until(atTime(own));
        }}
      >
        <Field
          label="Or another time"
          type="datetime-local"
          value={own}
          onInput={(event) => setOwn(event.currentTarget.value)}
        />
        <Button type="submit">Put aside</Button>
      </form>
    </Dialog>
  );
}

interface Targets {
  items: Colleague[];
  teams: string[];
}

function Transfer({ desk, talk, onClose }: DialogProps & { desk: Desk }): JSX.Element {
  const [targets, setTargets] = useState<Targets | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [target, setTarget] = useState("");
  const [note, setNote] = useState("");
  const load = (): void => {
    setFailure(null);
    desk.colleagues().then(setTargets, setFailure);
  };
  useEffect(load, []);
  const submit = async (): Promise<void> => {
    const [kind, name] = [target.slice(0, 5), target.slice(5)];
    // The note first: who takes it over reads it at once.
    if (note.trim() && !(await attempt(talk.note(note.trim())))) return;
    setNote("");
    const to = kind === "team:" ? { team: name } : { agent: name };
    if (await attempt(talk.transfer(to), "Passed on. The customer has been told.")) onClose();
  };
  return (
    <Dialog
      title="Pass on"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Go back</Button>
          <Button tone="primary" disabled={!target} busy={talk.busy.value === "transfer"} onClick={() => void submit()}>
            Pass on
          </Button>
        </>
      }
    >
      {failure ? <Failed error={failure} onRetry={load} /> : null}
      {!targets && !failure ? <Loading /> : null}
      {targets ? <TargetSelect targets={targets} value={target} onChange={setTarget} /> : null}
      <TextArea
        label="Private note for who takes it"
        rows={3}
        class="d-note-input"
        value={note}
        onInput={(event) => setNote(event.currentTarget.value)}
      />
    </Dialog>
  );
}

function TargetSelect(props: { targets: Targets; value: string; onChange: (value: string) => void }): JSX.Element {
  const { targets, value, onChange } = props;
  const others = targets.items.filter(({ me }) => !me);
  if (others.length + targets.teams.length === 0) {
    return <p class="b-muted">There is nobody else yet. An admin can add colleagues.</p>;
  }
  return (
    <Select
      label="To"
      hint="It goes back in line, ahead of newer ones."
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      <option value="">Choose</option>
      {targets.teams.length ? (
        <optgroup label="Teams">
          {targets.teams.map((team) => (
            <option key={team} value={`team:${team}`}>
              {team}
            </option>
          ))}
        </optgroup>
      ) : null}
      <optgroup label="Colleagues">
        {others.map(({ id, name, status }) => (
          <option key={id} value={`pers:${id}`}>
            {name} ({status})
          </option>
        ))}
      </optgroup>
    </Select>
  );
}
