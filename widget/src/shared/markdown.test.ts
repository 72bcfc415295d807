import { h, render } from "preact";
import { describe, expect, it } from "vitest";
import { Markdown } from "./markdown";

function html(text: string): string {
  const place = document.createElement("div");
  render(h(Markdown, { text }), place);
  return place.firstElementChild?.innerHTML ?? "";
}
const link = (href: string, text: string) => `<a href="${href}" target="_blank" rel="noopener">${text}</a>`;

describe("Markdown", () => {
  it.each([
    ["plain", "<p>plain</p>"],
    ["one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"],
    [
      "**bold** and *soft* and __bold__ and _soft_",
      "<p><strong>bold</strong> and <em>soft</em> and <strong>bold</strong> and <em>soft</em></p>",
    ],
    ["**bold with *soft* in it**", "<p><strong>bold with <em>soft</em> in it</strong></p>"],
    ["snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"],
    ["a \\*star\\*", "<p>a *star*</p>"],
    ["`a < b`", "<p><code>a &lt; b</code></p>"],
    ["```\nx *y*\n```", "<pre><code>x *y*</code></pre>"],
    ["# Heading", "<p><strong>Heading</strong></p>"],
    [
      "- one\n- **two**\n  - deeper\n- three",
      "<ul><li>one</li><li><p><strong>two</strong></p><ul><li>deeper</li></ul></li><li>three</li></ul>",
    ],
    ["3. three\n4. four", '<ol start="3"><li>three</li><li>four</li></ol>'],
    ["- a\n\n- b", "<ul><li>a</li><li>b</li></ul>"],
    ["Steps:\n1. first\n2. second", "<p>Steps:</p><ol><li>first</li><li>second</li></ol>"],
  ])("renders %j", (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  it("renders tables with numbers to the right", () => {
    const place = document.createElement("div");
    place.innerHTML = html("| Way | Price |\n|---|---:|\n| Standard | £3.95 |\n| a \\| b | 2 |");
    expect(place.querySelector("div")?.innerHTML).toBe(
      '<table><thead><tr><th>Way</th><th class="b-number">Price</th></tr></thead><tbody><tr><td>Standard</td>' +
        '<td class="b-number">£3.95</td></tr><tr><td>a | b</td><td class="b-number">2</td></tr></tbody></table>',
    );
  });

  it("links http, https and relative addresses", () => {
    expect(html("[returns](/help/returns)")).toBe(`<p>${link("/help/returns", "returns")}</p>`);
    expect(html("see https://example.com/a_b_c.")).toBe(
      `<p>see ${link("https://example.com/a_b_c", "example.com/a_b_c")}.</p>`,
    );
    expect(html("<https://example.com>")).toBe(`<p>${link("https://example.com", "https://example.com")}</p>`);
  });

  it.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html,hi)",
    "[x](vbscript:x)",
    "[x](mailto:a@example.com)",
    "<javascript:alert(1)>",
  ])("never links %j", (text) => {
    expect(html(text)).not.toContain("<a");
  });

  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <b>b</b>",
    "![alt](https://example.com/x.png)",
  ])("leaves %j as text", (text) => {
    const place = document.createElement("div");
    render(h(Markdown, { text }), place);
    expect(place.querySelector("script, img, b")).toBeNull();
  });

  it("is quick and calm with hostile input", () => {
    const started = performance.now();
    for (const sign of ["*", "_", "[", "`", "- ", "|", "<", "**a", "[a](", "> "]) html(sign.repeat(4000 / sign.length));
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
