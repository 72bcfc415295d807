/** Notices that a connection is dead although it looks open: asks every 20 s, and gives the other side 30 s in all. */

const PING_MS = 20_000;
const SILENCE_MS = 30_000;
const PROBE_MS = 5_000;

export class Heartbeat {
  private readonly ask: () => void;
  private readonly dead: () => void;
  private beat: ReturnType<typeof setInterval> | undefined;
  private deadline: ReturnType<typeof setTimeout> | undefined;

  /** `ask` sends the ping; `dead` is called once nothing was heard in time after it. */
  constructor(ask: () => void, dead: () => void) {
    this.ask = ask;
    this.dead = dead;
  }

  start(): void {
    this.stop();
    this.beat = setInterval(() => this.askWithin(SILENCE_MS - PING_MS), PING_MS);
  }

  /** Any sound from the other side proves that it lives. */
  heard(): void {
    clearTimeout(this.deadline);
    this.deadline = undefined;
  }

  /** Asks at once and waits only briefly: after sleep, or when the network changed. */
  probe(): void {
    this.askWithin(PROBE_MS);
  }

  stop(): void {
    clearInterval(this.beat);
    this.heard();
  }

  // The time runs from the question, not from the last sound: a hidden page's timers come late, its messages do not.
  private askWithin(milliseconds: number): void {
    this.ask();
    clearTimeout(this.deadline);
    this.deadline = setTimeout(this.dead, milliseconds);
  }
}
