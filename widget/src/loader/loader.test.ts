import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PageTitle } from "./page-title";
import { readSettings } from "./settings";

function script(attributes: Record<string, string>): HTMLScriptElement {
  const element = document.createElement("script");
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  return element;
}

describe("settings", () => {
  it("come from the script tag", () => {
    const tag = script({
      src: "https://baton.example.com/widget.js?v=1",
      "data-theme": "dark",
      "data-position": "left",
      "data-name": "Fernhill",
    });
    expect(readSettings(tag)).toMatchObject({
      origin: "https://baton.example.com",
      theme: "dark",
      position: "left",
      name: "Fernhill",
    });
  });

  it("take their defaults where the tag makes no sense", () => {
    const tag = script({ src: "https://baton.example.com/widget.js", "data-theme": "neon", "data-position": "top" });
    expect(readSettings(tag)).toMatchObject({ theme: "auto", position: "right", name: "Support" });
  });
});

describe("the page's title", () => {
  const look = (state: "visible" | "hidden"): void => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
    document.dispatchEvent(new Event("visibilitychange"));
  };
  beforeEach(() => (document.title = "Tents"));
  afterEach(() => vi.restoreAllMocks());

  it("counts only while nobody looks, and is given back", () => {
    const title = new PageTitle();
    title.setUnread(2);
    expect(document.title).toBe("Tents");
    look("hidden");
    expect(document.title).toBe("(2) Tents");
    title.setUnread(3);
    expect(document.title).toBe("(3) Tents");
    look("visible");
    expect(document.title).toBe("Tents");
  });

  it("respects what the page wrote meanwhile", () => {
    const title = new PageTitle();
    title.setUnread(1);
    look("hidden");
    document.title = "(5) Basket";
    look("visible");
    expect(document.title).toBe("(5) Basket");
  });
});
