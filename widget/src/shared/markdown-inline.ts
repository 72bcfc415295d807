/** Bold, italics, code, links and line breaks inside one paragraph, as Preact nodes. */
import { type ComponentChild, h } from "preact";

const DEEPEST = 6;
const ESCAPABLE = /[\\`*_{}[\]()#+\-.!|<>~]/;
const TARGET = /^\s*(\S+)(?:\s+"[^"]*")?\s*$/;
const BARE_LINK = /^https?:\/\/[^\s<>"]+/i;

interface Piece {
  node: ComponentChild;
  /** Where the text goes on. */
  end: number;
}

/** Nodes of a text without blocks. What is not understood stays as it was written. */
export function inline(text: string, depth = 0): ComponentChild[] {
  const nodes: ComponentChild[] = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const piece = depth < DEEPEST ? special(text, at, depth) : null;
    if (!piece) {
      plain += text[at++];
      continue;
    }
    if (typeof piece.node === "string") {
      plain += piece.node;
    } else {
      if (plain) nodes.push(plain);
      plain = "";
      nodes.push(piece.node);
    }
    at = piece.end;
  }
  if (plain) nodes.push(plain);
  return nodes;
}

/** May this be linked to: http, https, or relative to this page? */
export function isSafeAddress(address: string): boolean {
  try {
    const { protocol } = new URL(address, "https://here.invalid/");
    return protocol === "http:" || protocol === "https:";
  } catch {
    return false;
  }
}

function special(text: string, at: number, depth: number): Piece | null {
  switch (text[at]) {
    case "\\":
      return escaped(text, at);
    case "\n":
      return { node: h("br", null), end: at + 1 };
    case "`":
      return code(text, at);
    case "*":
    case "_":
      return emphasis(text, at, depth);
    case "[":
      return link(text, at, depth);
    case "<":
      return bracketed(text, at);
    case "h":
    case "H":
      return bare(text, at);
    default:
      return null;
  }
}

function escaped(text: string, at: number): Piece | null {
  const next = text[at + 1];
  return next && ESCAPABLE.test(next) ? { node: next, end: at + 2 } : null;
}

function code(text: string, at: number): Piece | null {
  const fence = /^`+/.exec(text.slice(at))?.[0] ?? "`";
  const close = text.indexOf(fence, at + fence.length);
  if (close < 0) return null;
  return { node: h("code", null, text.slice(at + fence.length, close).trim()), end: close + fence.length };
}

function emphasis(text: string, at: number, depth: number): Piece | null {
  const sign = text[at] as string;
  return delimited(text, at, sign + sign, "strong", depth) ?? delimited(text, at, sign, "em", depth);
}

function delimited(text: string, at: number, mark: string, tag: "strong" | "em", depth: number): Piece | null {
  if (!text.startsWith(mark, at) || isSpace(text[at + mark.length])) return null;
  if (mark.startsWith("_") && isWord(text[at - 1])) return null;
  const close = closing(text, at + mark.length, mark);
  if (close < 0) return null;
  return { node: h(tag, null, inline(text.slice(at + mark.length, close), depth + 1)), end: close + mark.length };
}

function closing(text: string, from: number, mark: string): number {
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    const longer = mark.length === 1 && (text[at + 1] === mark || text[at - 1] === mark);
    const openEnded = at === from || isSpace(text[at - 1]) || text[at - 1] === "\\";
    const insideWord = mark.startsWith("_") && isWord(text[at + mark.length]);
    if (!longer && !openEnded && !insideWord) return at;
  }
  return -1;
}

function link(text: string, at: number, depth: number): Piece | null {
  const middle = text.indexOf("](", at);
  const close = middle < 0 ? -1 : text.indexOf(")", middle);
  if (close < 0 || text.slice(at + 1, middle).includes("\n\n")) return null;
  const label = text.slice(at + 1, middle);
  const target = TARGET.exec(text.slice(middle + 2, close))?.[1];
  if (!label || !target || !isSafeAddress(target)) return null;
  return { node: anchor(target, inline(label, depth + 1)), end: close + 1 };
}

function bracketed(text: string, at: number): Piece | null {
  const close = text.indexOf(">", at);
  const address = text.slice(at + 1, close);
  return close > 0 && BARE_LINK.exec(address)?.[0] === address
    ? { node: anchor(address, [address]), end: close + 1 }
    : null;
}

function bare(text: string, at: number): Piece | null {
  if (isWord(text[at - 1])) return null;
  const found = BARE_LINK.exec(text.slice(at))?.[0].replace(/[.,;:!?'*_)\]]+$/, "");
  if (!found || !isSafeAddress(found)) return null;
  return { node: anchor(found, [found.replace(/^https?:\/\//i, "").replace(/\/$/, "")]), end: at + found.length };
}

function anchor(href: string, children: ComponentChild[]): ComponentChild {
  return h("a", { href, target: "_blank", rel: "noopener" }, children);
}

function isSpace(character: string | undefined): boolean {
  return character === undefined || /\s/.test(character);
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character);
}
