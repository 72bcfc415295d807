import { describe, expect, it } from "vitest";
import { ApiError } from "../shared/api";
import { staleOf } from "./conflict";
import { factOf, lineSpan, listOf, newArticle, partsOf } from "./front-matter";
import { linesOf } from "./intent-editor";
import { matching } from "./intent-picker";
import type { IntentRow } from "./model";
import { hashOf, placeOf } from "./place";
import { quoted } from "./saving";

const intents: IntentRow[] = ["ask_returns", "return_start", "ask_refund", "greet"].map((name) => ({
  name,
  file: "a.yml",
  examples: 30,
  version: "v",
}));
const names = (found: readonly IntentRow[]): string[] => found.map(({ name }) => name);

describe("matching", () => {
  it("shows what the assistant thought first, before anything is typed", () => {
    expect(names(matching(intents, "", ["greet"]))[0]).toBe("greet");
  });
  it("finds by the words people see and by the name in the files", () => {
    expect(names(matching(intents, "ret", []))).toEqual(["ask_returns", "return_start"]);
    expect(names(matching(intents, "ask_ref", []))).toEqual(["ask_refund"]);
    expect(matching(intents, "zzz", ["greet"])).toEqual([]);
  });
});

describe("linesOf", () => {
  it("drops empty lines and the dashes of pasted lists", () => {
    expect(linesOf("where is it\n\n - my order\r\n- [1042](order_number)\n")).toEqual([
      "where is it",
      "my order",
      "[1042](order_number)",
    ]);
  });
});

describe("front matter", () => {
  const text =
    "---\nid: a\ntitle: 'Opening: hours'\nquestions:\n- When?\n- \"How long?\"\ntags:\n- x\n---\n\n# Hello\n";
  it("is told from the Markdown", () => {
    const parts = partsOf(text);
    expect(parts.body).toBe("# Hello");
    expect(factOf(parts, "title")).toBe("Opening: hours");
    expect(listOf(parts, "questions")).toEqual(["When?", "How long?"]);
  });
  it("may be missing or never end", () => {
    expect(partsOf("Just text").body).toBe("Just text");
    expect(partsOf("---\nid: a\n").facts).toEqual([]);
  });
  it("leads to the line of a mistake", () => {
    const [from, to] = lineSpan("one\ntwo\nthree", 2);
    expect("one\ntwo\nthree".slice(from, to)).toBe("two");
    expect(lineSpan("one", 9)).toEqual([4, 4]);
  });
  it("begins new articles with every key there has to be", () => {
    const parts = partsOf(newArticle("2026-03-12"));
    expect(parts.facts.map((fact) => fact.split(":")[0])).toEqual(
      expect.arrayContaining(["id", "title", "questions", "tags", "audience", "updated"]),
    );
  });
});

describe("staleOf", () => {
  const stale = (details: Record<string, unknown>, status = 412): ReturnType<typeof staleOf> =>
    staleOf(new ApiError(status, { code: "stale_write", message: "", details }));
  it("says what the other editor changed, or that it is not known any more", () => {
    expect(stale({ version: "v2", current: ["a"], changed: { added: ["a"], removed: [] } })).toMatchObject({
      version: "v2",
      added: ["a"],
    });
    expect(stale({ version: "v2", current: ["a"], changed: null })).toMatchObject({ added: [], removed: [] });
    expect(stale({}, 409)).toBeNull();
  });
});

describe("place", () => {
  it("is kept in the address and comes back from it", () => {
    expect(placeOf(hashOf("intents", "chitchat/ask name"))).toEqual({ section: "intents", item: "chitchat/ask name" });
    expect(placeOf("#nonsense/%E0%A4%A")).toEqual({ section: "review", item: "%E0%A4%A" });
    expect(placeOf("")).toEqual({ section: "review", item: null });
  });
});

describe("quoted", () => {
  it("writes versions as If-Match wants them", () => {
    expect([quoted("abc"), quoted('"abc"'), quoted(null)]).toEqual(['"abc"', '"abc"', "*"]);
  });
});
