/**
 * Markdown as Preact nodes, never as HTML: paragraphs, lists, tables, code, and what `markdown-inline` knows.
 * A heading becomes a bold line. Everything else stays the text it was, so nothing can be smuggled in.
 */
import { type ComponentChild, type JSX, h } from "preact";
import { inline } from "./markdown-inline";

const FENCE = /^\s{0,3}(`{3,}|~{3,})/;
const BULLET = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.+?)\s*#*$/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const DEEPEST_LIST = 4;

interface Block {
  node: ComponentChild;
  /** The first line after the block. */
  next: number;
}

/** Renders a message or an article's text. */
export function Markdown({ text }: { text: string }): JSX.Element {
  return h("div", { class: "b-markdown" }, blocks(text.replace(/\r\n?/g, "\n").split("\n"), 0));
}

function blocks(lines: string[], depth: number): ComponentChild[] {
  const nodes: ComponentChild[] = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at]?.trim() === "") {
      at += 1;
      continue;
    }
    const block = blockAt(lines, at, depth);
    nodes.push(block.node);
    at = block.next;
  }
  return nodes;
}

function blockAt(lines: string[], at: number, depth: number): Block {
  const line = lines[at] ?? "";
  if (FENCE.test(line)) return fenced(lines, at);
  if (startsTable(lines, at)) return table(lines, at);
  if (depth < DEEPEST_LIST && BULLET.test(line)) return list(lines, at, depth);
  const heading = HEADING.exec(line.trim());
  if (heading) return { node: h("p", null, h("strong", null, inline(heading[1] ?? ""))), next: at + 1 };
  return paragraph(lines, at, depth);
}

function fenced(lines: string[], at: number): Block {
  const fence = FENCE.exec(lines[at] ?? "")?.[1] ?? "```";
  const close = lines.findIndex((line, index) => index > at && line.trim().startsWith(fence));
  const end = close < 0 ? lines.length : close;
  return { node: h("pre", null, h("code", null, lines.slice(at + 1, end).join("\n"))), next: end + 1 };
}

function paragraph(lines: string[], at: number, depth: number): Block {
  let next = at + 1;
  while (next < lines.length && !startsBlock(lines, next, depth)) next += 1;
  const text = lines.slice(at, next).map((line) => line.trim());
  return { node: h("p", null, inline(text.join("\n"))), next };
}

function startsBlock(lines: string[], at: number, depth: number): boolean {
  const line = lines[at] ?? "";
  if (line.trim() === "" || FENCE.test(line) || HEADING.test(line.trim()) || startsTable(lines, at)) return true;
  return depth < DEEPEST_LIST && BULLET.test(line);
}

function list(lines: string[], at: number, depth: number): Block {
  const first = BULLET.exec(lines[at] ?? "");
  const ordered = /\d/.test(first?.[2] ?? "");
  const items: ComponentChild[] = [];
  let next = at;
  while (next < lines.length) {
    const bullet = BULLET.exec(lines[next] ?? "");
    if (!bullet || /\d/.test(bullet[2] ?? "") !== ordered) break;
    const end = endOfItem(lines, next, (bullet[1] ?? "").length);
    items.push(h("li", null, itemContent([bullet[3] ?? "", ...lines.slice(next + 1, end)], depth)));
    next = end;
    const following = nextFilled(lines, next);
    if (following > next && BULLET.test(lines[following] ?? "")) next = following;
  }
  const start = Number.parseInt(first?.[2] ?? "1", 10);
  const node = ordered ? h("ol", start === 1 ? null : { start }, items) : h("ul", null, items);
  return { node, next };
}

/** An item goes on over deeper lines, and over plain lines right below it. */
function endOfItem(lines: string[], at: number, indent: number): number {
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? "";
    if (line.trim() === "") {
      const following = nextFilled(lines, next);
      if (following >= lines.length || indentOf(lines[following] ?? "") <= indent) break;
      continue;
    }
    if (indentOf(line) <= indent && (BULLET.test(line) || FENCE.test(line) || startsTable(lines, next))) break;
  }
  return next;
}

function itemContent(lines: string[], depth: number): ComponentChild[] {
  const indent = Math.min(
    ...lines
      .slice(1)
      .filter((line) => line.trim())
      .map(indentOf),
    Infinity,
  );
  const content = lines.map((line, index) => (index === 0 || indent === Infinity ? line : line.slice(indent)));
  if (content.slice(1).every((line) => !line.trim())) return inline(content[0] ?? "");
  return blocks(content, depth + 1);
}

function nextFilled(lines: string[], at: number): number {
  let next = at;
  while (next < lines.length && lines[next]?.trim() === "") next += 1;
  return next;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function startsTable(lines: string[], at: number): boolean {
  const divider = lines[at + 1] ?? "";
  return Boolean(lines[at]?.includes("|")) && divider.includes("|") && DIVIDER.test(divider);
}

function table(lines: string[], at: number): Block {
  const ends = cells(lines[at + 1] ?? "").map((cell) => cell.endsWith(":") && !cell.startsWith(":"));
  let next = at + 2;
  while (next < lines.length && lines[next]?.includes("|")) next += 1;
  const rows = lines.slice(at + 2, next).map((line) => row(line, "td", ends));
  const head = h("thead", null, row(lines[at] ?? "", "th", ends));
  const node = h("div", { class: "b-markdown-table", tabIndex: 0 }, h("table", null, head, h("tbody", null, rows)));
  return { node, next };
}

function row(line: string, tag: "td" | "th", ends: boolean[]): JSX.Element {
  const parts = cells(line).slice(0, ends.length || undefined);
  const nodes = parts.map((cell, index) => h(tag, ends[index] ? { class: "b-number" } : null, inline(cell)));
  return h("tr", null, nodes);
}

/** A row's cells; a bar behind a backslash belongs to the text. */
function cells(line: string): string[] {
  const parts = line.trim().split("|");
  const joined: string[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    if (before?.endsWith("\\")) joined[joined.length - 1] = `${before.slice(0, -1)}|${part}`;
    else joined.push(part);
  }
  if (joined[0] === "") joined.shift();
  if (joined.at(-1) === "") joined.pop();
  return joined.map((cell) => cell.trim());
}
