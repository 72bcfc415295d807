/** Waiting times between attempts: exponential with full jitter, so that a restarted server is not met by everyone at once. */

const FLOOR_MS = 500;
const CEILING_MS = 30_000;

export class Backoff {
  private attempts = 0;
  private readonly random: () => number;

  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  /** Milliseconds to wait before the next attempt: between 0.5 s and a ceiling that doubles up to 30 s. */
  next(): number {
    const ceiling = Math.min(CEILING_MS, FLOOR_MS * 2 ** ++this.attempts);
    return FLOOR_MS + this.random() * (ceiling - FLOOR_MS);
  }

  /** The longest wait from now on, for a server that said it is being asked too often. */
  slow(): void {
    this.attempts = 10;
  }

  /** A wide window for the next attempt, for a server that goes away with all its pages at once. */
  spread(): void {
    this.attempts = Math.max(this.attempts, 3);
  }

  reset(): void {
    this.attempts = 0;
  }
}
