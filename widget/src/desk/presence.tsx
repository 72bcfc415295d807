/** Whether one takes conversations, and how many at once. */
import type { JSX } from "preact";
import { Button, IconButton, plainWords, toast } from "../shared/components";
import type { Desk } from "./desk";
import type { PresenceStatus } from "./model";

const STATUSES: Record<PresenceStatus, string> = { online: "Online", away: "Away", offline: "Offline" };
const CAPACITIES = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20];

export function PresenceSwitch({ desk, onHelp }: { desk: Desk; onHelp: () => void }): JSX.Element {
  const presence = desk.presence.value;
  const sound = desk.sound.value;
  const capacity = presence?.capacity ?? 4;
  return (
    <>
      <label class="d-presence">
        <span class="b-hidden-text">Your presence</span>
        <span class={`d-dot d-dot-${presence?.status ?? "offline"}`} aria-hidden="true" />
        <select
          value={presence?.status ?? "offline"}
          disabled={!presence}
          onChange={(event) => void set(desk, event.currentTarget.value as PresenceStatus)}
        >
          {Object.entries(STATUSES).map(([status, title]) => (
            <option key={status} value={status}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label class="d-presence d-capacity" title="How many conversations you take at once">
        <span class="b-hidden-text">Conversations at once</span>
        <select
          value={capacity}
          disabled={!presence}
          onChange={(event) => void set(desk, presence?.status ?? "online", Number(event.currentTarget.value))}
        >
          {[...new Set([...CAPACITIES, capacity])]
            .sort((left, right) => left - right)
            .map((number) => (
              <option key={number} value={number}>
                up to {number}
              </option>
            ))}
        </select>
      </label>
      <IconButton
        icon={sound ? "sound" : "mute"}
        label={sound ? "Turn the sound off" : "Turn the sound on"}
        aria-pressed={sound}
        onClick={() => desk.setSound(!sound)}
      />
      <button
        type="button"
        class="b-icon-button d-help"
        aria-label="Keyboard shortcuts"
        title="Keys (?)"
        onClick={onHelp}
      >
        ?
      </button>
    </>
  );
}

/** An agent who is not online gets nothing new, and has to know it. */
export function PresenceBanner({ desk }: { desk: Desk }): JSX.Element | null {
  const presence = desk.presence.value;
  if (!presence || presence.status === "online") return null;
  const waiting = desk.waiting.value;
  return (
    <p class="d-banner">
      <span class={`d-dot d-dot-${presence.status}`} aria-hidden="true" />
      <span class="d-banner-words">
        You are {presence.status}: customers are not promised a reply from you.
        {waiting > 0 ? ` ${waiting} ${waiting === 1 ? "is" : "are"} waiting.` : ""}
      </span>
      <Button small onClick={() => void set(desk, "online")}>
        Go online
      </Button>
    </p>
  );
}

async function set(desk: Desk, status: PresenceStatus, capacity?: number): Promise<void> {
  try {
    await desk.setPresence(status, capacity);
  } catch (reason) {
    toast(plainWords(reason), { tone: "attention" });
  }
}
