/** The panel's side of the bridge. Opened by itself in a tab it has no host, and stands alone. */
import { type Appearance, type ToLoader, type ToPanel, post, received } from "../shared/bridge";

const INIT_MS = 4_000;

export interface Beginning {
  appearance: Appearance;
  page_url: string;
  identity_token: string | null;
  open: boolean;
}

const ALONE: Beginning = {
  appearance: { theme: "auto", locale: navigator.language, name: "Support" },
  page_url: location.href,
  identity_token: null,
  open: true,
};

export class Host {
  readonly framed = window.parent !== window;
  private origin: string | null = null;
  private listener: (message: ToPanel) => void = () => undefined;

  /** Waits for the loader's first word, which also names the origin that is spoken with from then on. */
  begin(listener: (message: ToPanel) => void): Promise<Beginning> {
    this.listener = listener;
    if (!this.framed) return Promise.resolve(ALONE);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(ALONE), INIT_MS);
      addEventListener("message", (event) => {
        const message = this.accept(event);
        if (message?.type !== "init") return void (message && this.listener(message));
        clearTimeout(timer);
        this.tell({ type: "ready" });
        resolve(message);
      });
    });
  }

  tell(message: ToLoader): void {
    if (this.origin) post(window.parent, this.origin, message);
  }

  private accept(event: MessageEvent): ToPanel | null {
    if (event.source !== window.parent || event.origin === "null") return null;
    const message = received<ToPanel>(event);
    if (message?.type === "init") this.origin ??= event.origin;
    return event.origin === this.origin ? message : null;
  }
}
