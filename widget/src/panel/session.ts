/** The customer's session: one token, kept in this frame's own storage, that leads to one conversation. */
import { Api, ApiError } from "../shared/api";
import { type KeyValueStore, readJson, writeJson } from "../shared/storage";
import type { Session } from "../shared/types";

const KEY = "baton.session";

type Kept = Pick<Session, "session_token" | "conversation_id" | "customer">;

export interface Opened {
  session: Session;
  /** The conversation is not the one that was shown before. */
  changed: boolean;
  /** Somebody else is signed in now: what the former person left unsent is not theirs to send. */
  otherPerson: boolean;
}

export class CustomerSession {
  readonly api: Api;
  private readonly store: KeyValueStore;
  private kept: Kept | null;

  constructor(store: KeyValueStore) {
    this.store = store;
    this.kept = readJson<Kept>(store, KEY);
    this.api = new Api({ token: () => this.token });
  }

  get token(): string | null {
    return this.kept?.session_token ?? null;
  }

  get verified(): boolean {
    return this.kept?.customer.verified ?? false;
  }

  /** Opens or resumes. A wrong identity is left out rather than shutting the customer out. Fails with `ApiError`. */
  async open(details: { identity_token: string | null; locale: string; page_url: string }): Promise<Opened> {
    try {
      return this.keep(await this.request(details));
    } catch (reason) {
      const refusedIdentity = reason instanceof ApiError && [400, 401, 422].includes(reason.status);
      if (!refusedIdentity || !details.identity_token) throw reason;
      console.warn(`Baton: the identity token was not accepted (${reason.code}).`);
      return this.keep(await this.request({ ...details, identity_token: null }));
    }
  }

  /** Forgets a token that the server does not know any more. */
  forget(): void {
    this.kept = null;
    this.store.removeItem(KEY);
  }

  private request(details: { identity_token: string | null; locale: string; page_url: string }): Promise<Session> {
    const { identity_token, locale, page_url } = details;
    return this.api.post<Session>("/widget/sessions", {
      ...(this.token ? { session_token: this.token } : {}),
      ...(identity_token ? { identity_token } : {}),
      locale: locale.slice(0, 35),
      page_url: page_url.slice(0, 2000),
    });
  }

  private keep(session: Session): Opened {
    const before = this.kept;
    const { session_token, conversation_id, customer } = session;
    this.kept = { session_token, conversation_id, customer };
    writeJson(this.store, KEY, this.kept);
    return {
      session,
      changed: before !== null && before.conversation_id !== conversation_id,
      otherPerson: Boolean(before?.customer.verified) && before?.customer.id !== customer.id,
    };
  }
}
