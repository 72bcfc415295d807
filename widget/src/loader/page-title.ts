/** Shows unread messages in the title of a page that nobody is looking at, and takes only its own sign away again. */
const SIGN = /^\(\d+\) /;

export class PageTitle {
  private count = 0;
  private shown = "";

  constructor() {
    document.addEventListener("visibilitychange", () => this.refresh());
  }

  setUnread(count: number): void {
    this.count = count;
    this.refresh();
  }

  private refresh(): void {
    const wanted = this.count > 0 && document.visibilityState === "hidden" ? `(${this.count}) ` : "";
    if (wanted === this.shown) return;
    const own = this.shown && document.title.startsWith(this.shown) ? document.title.replace(SIGN, "") : document.title;
    document.title = wanted + own;
    this.shown = wanted;
  }
}
