/** The demo shop's own script: its buttons put a question into the widget's message field, through the public API. */

type Baton = ((command: string, ...values: unknown[]) => unknown) & { q?: unknown[] };
const page = window as unknown as { Baton?: Baton };

// Until the loader is there, calls are kept for it.
function baton(command: string, ...values: unknown[]): void {
  page.Baton ??= Object.assign((...call: unknown[]) => void page.Baton?.q?.push(call), { q: [] as unknown[] });
  page.Baton(command, ...values);
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-ask]");
  if (button?.dataset["ask"]) baton("prefill", button.dataset["ask"]);
});

export {};
