/** Who is signed in on a page of the staff. The token lives in an HttpOnly cookie; this side knows only the person. */
import { signal } from "@preact/signals";
import { Api, ApiError } from "../api";
import type { Role, StaffUser } from "../types";

/** `expired`: was signed in and has to sign in again; what was being done stays on the page. */
export type Phase = "checking" | "failed" | "out" | "in" | "expired";

export class StaffSession {
  readonly phase = signal<Phase>("checking");
  readonly user = signal<StaffUser | null>(null);
  readonly failure = signal<unknown>(null);
  readonly api: Api;

  constructor(options: { fetch?: typeof fetch } = {}) {
    this.api = new Api({ ...options, onUnauthorized: () => this.onUnauthorized() });
  }

  /** Asks the server who this is. */
  async check(): Promise<void> {
    this.phase.value = "checking";
    try {
      this.enter(await this.api.get<StaffUser>("/auth/me"));
    } catch (reason) {
      if (reason instanceof ApiError && reason.status === 401) {
        this.phase.value = "out";
        return;
      }
      this.failure.value = reason;
      this.phase.value = "failed";
    }
  }

  /** Raises `ApiError`; 401 for a wrong pair, 429 after too many tries. */
  async signIn(email: string, password: string): Promise<void> {
    const before = this.user.value;
    const { user } = await this.api.post<{ user: StaffUser }>("/auth/login", { email: email.trim(), password });
    // Somebody else may not see what the one before was doing.
    if (before && before.id !== user.id) return location.reload();
    this.enter(user);
  }

  async signOut(): Promise<void> {
    await this.api.post("/auth/logout").catch((reason: unknown) => {
      if (!(reason instanceof ApiError) || reason.status !== 401) throw reason;
    });
    this.user.value = null;
    this.phase.value = "out";
  }

  /** The server did not know us on another way than HTTP. */
  expire(): void {
    if (this.phase.value === "in") this.phase.value = "expired";
  }

  may(role: Role): boolean {
    const own = this.user.value?.role;
    return own === "admin" || own === role;
  }

  private enter(user: StaffUser): void {
    this.user.value = user;
    this.phase.value = "in";
  }

  private onUnauthorized(): void {
    this.expire();
  }
}
