/** The panel's frame: made when it is first needed, spoken with only on its own origin. */
import { type ToLoader, type ToPanel, post, received } from "../shared/bridge";

const READY_MS = 12_000;

export interface PanelFrameActions {
  /** Made anew at each load, so that the panel starts from what is true then. */
  init: () => ToPanel;
  onMessage: (message: ToLoader) => void;
  onFailure: () => void;
}

export class PanelFrame {
  readonly element = document.createElement("iframe");
  private readonly origin: string;
  private readonly actions: PanelFrameActions;
  private ready = false;
  private waiting: ToPanel[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(origin: string, actions: PanelFrameActions) {
    this.origin = origin;
    this.actions = actions;
    this.element.addEventListener("load", this.greet);
    addEventListener("message", this.onWindowMessage);
    this.load();
  }

  /** Loads the panel, also again after it could not be reached. */
  load(): void {
    this.ready = false;
    this.element.src = `${this.origin}/widget/panel`;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ready || this.actions.onFailure(), READY_MS);
  }

  /** Says it now, or as soon as the panel listens. */
  say(message: ToPanel): void {
    const target = this.element.contentWindow;
    if (this.ready && target) post(target, this.origin, message);
    else this.waiting.push(message);
  }

  // Before the panel's own document is there the frame has our page's origin, and a post to another one is dropped.
  private readonly greet = (): void => {
    const target = this.element.contentWindow;
    if (target) post(target, this.origin, this.actions.init());
  };

  private readonly onWindowMessage = (event: MessageEvent): void => {
    if (event.origin !== this.origin || event.source !== this.element.contentWindow) return;
    const message = received<ToLoader>(event);
    if (!message) return;
    if (message.type === "ready") this.onReady();
    this.actions.onMessage(message);
  };

  private onReady(): void {
    this.ready = true;
    clearTimeout(this.timer);
    const waiting = this.waiting;
    this.waiting = [];
    waiting.forEach((message) => this.say(message));
  }
}
