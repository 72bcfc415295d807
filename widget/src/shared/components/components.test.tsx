import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../api";
import { Avatar, Button, type Column, Failed, Field, Table, Tabs, Toasts, plainWords, sortRows, toast } from "./index";

let place: HTMLElement;
function show(node: preact.ComponentChild): HTMLElement {
  place = document.createElement("div");
  document.body.append(place);
  act(() => render(node, place));
  return place;
}
afterEach(() => {
  act(() => render(null, place));
  place.remove();
});
const click = (element: Element | null | undefined) => act(() => (element as HTMLElement).click());

interface Row {
  name: string;
  count: number | null;
}
const rows: Row[] = [
  { name: "b", count: 2 },
  { name: "a", count: null },
  { name: "c", count: 10 },
];
const columns: Column<Row>[] = [
  { id: "name", title: "Name", value: (row) => row.name },
  { id: "count", title: "Count", value: (row) => row.count, numeric: true },
];

describe("Table", () => {
  const names = () => [...place.querySelectorAll("tbody td:first-child")].map((cell) => cell.textContent);

  it("sorts numbers largest first, then the other way, with what is missing last", () => {
    show(<Table caption="Counts" columns={columns} rows={rows} rowKey={(row) => row.name} />);
    const heading = () => place.querySelectorAll("th button")[1];
    click(heading());
    expect(names()).toEqual(["c", "b", "a"]);
    expect(place.querySelectorAll("th")[1]?.getAttribute("aria-sort")).toBe("descending");
    click(heading());
    expect(names()).toEqual(["b", "c", "a"]);
  });

  it("leaves the caller's rows alone", () => {
    expect(sortRows(rows, columns, { column: "name", descending: false }).map(({ name }) => name)).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(rows[0]?.name).toBe("b");
  });

  it("shows a part of very many rows and the rest on request", () => {
    show(<Table caption="Counts" columns={columns} rows={rows} rowKey={(row) => row.name} limit={2} />);
    expect(names()).toHaveLength(2);
    click(place.querySelector(".b-button"));
    expect(names()).toHaveLength(3);
  });
});

describe("Tabs", () => {
  it("moves with the arrow keys and around the end", () => {
    const onSelect = vi.fn();
    const tabs = [
      { id: "one", title: "One" },
      { id: "two", title: "Two" },
    ] as const;
    show(<Tabs label="Views" tabs={tabs} current="two" onSelect={onSelect} />);
    const press = (key: string) =>
      place.querySelector("[role=tablist]")?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    press("ArrowRight");
    press("ArrowLeft");
    press("Home");
    expect(onSelect.mock.calls.flat()).toEqual(["one", "one", "one"]);
  });
});

describe("Field", () => {
  it("ties its error to the input", () => {
    show(<Field label="E-mail" error="Enter an address with an @." />);
    const input = place.querySelector("input");
    expect(place.querySelector("label")?.htmlFor).toBe(input?.id);
    expect(place.querySelector(`#${input?.getAttribute("aria-describedby")}`)?.textContent).toBe(
      "Enter an address with an @.",
    );
    expect(input?.getAttribute("aria-invalid")).toBe("true");
  });
});

describe("Button", () => {
  it("takes no second click while it is busy", () => {
    show(<Button busy>Save</Button>);
    expect(place.querySelector("button")?.disabled).toBe(true);
  });
});

describe("Avatar", () => {
  it("shows one whole letter of the name", () => {
    expect(show(<Avatar name="élise" />).textContent).toBe("É");
  });
});

describe("toast", () => {
  it("goes away by itself, bad news does not", () => {
    vi.useFakeTimers();
    show(<Toasts />);
    act(() => toast("Saved"));
    act(() => toast("Not saved", { tone: "attention" }));
    act(() => void vi.advanceTimersByTime(10_000));
    expect(place.textContent).toBe("Not saved");
    vi.useRealTimers();
  });
});

describe("plainWords", () => {
  it("passes on what the server says to people, and hides what it does not", () => {
    expect(plainWords(new ApiError(409, { code: "x", message: "Mara has it.", details: {} }))).toBe("Mara has it.");
    expect(plainWords(new TypeError("x is undefined"))).toBe("That did not work. Please try again.");
    expect(plainWords(new ApiError(429, { code: "x", message: "", details: {} }, 3))).toContain("in 3 s");
  });

  it("offers another try", () => {
    const onRetry = vi.fn();
    show(<Failed error={new Error("x")} onRetry={onRetry} />);
    click(place.querySelector("button"));
    expect(onRetry).toHaveBeenCalledOnce();
  });
});
