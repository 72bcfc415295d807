/** The two parts of an article's text: what stands between the dashed lines, and the Markdown after it. */

export interface Parts {
  /** Lines of the front matter; empty without one. */
  facts: string[];
  body: string;
}

export function partsOf(content: string): Parts {
  const lines = content.replace(/\r\n?/g, "\n").split("\n");
  if (lines[0]?.trim() !== "---") return { facts: [], body: content };
  const end = lines.findIndex((line, index) => index > 0 && line.trim() === "---");
  if (end < 0) return { facts: [], body: content };
  return {
    facts: lines.slice(1, end),
    body: lines
      .slice(end + 1)
      .join("\n")
      .trim(),
  };
}

/** The plain value of a key: "title: 'Opening hours'" -> "Opening hours". */
export function factOf(parts: Parts, key: string): string {
  const line = parts.facts.find((fact) => fact.startsWith(`${key}:`));
  return (line?.slice(key.length + 1).trim() ?? "").replace(/^(['"])(.*)\1$/, "$2");
}

/** The questions or tags that stand as a list below a key. */
export function listOf(parts: Parts, key: string): string[] {
  const at = parts.facts.findIndex((fact) => fact.startsWith(`${key}:`));
  if (at < 0) return [];
  const found: string[] = [];
  for (const line of parts.facts.slice(at + 1)) {
    const item = /^\s*-\s+(.*)$/.exec(line)?.[1];
    if (item === undefined) break;
    found.push(item.trim().replace(/^(['"])(.*)\1$/, "$2"));
  }
  return found;
}

/** Where a line (from 1) begins and ends in a text, for showing a mistake. */
export function lineSpan(content: string, line: number): [number, number] {
  const lines = content.split("\n");
  const before = lines.slice(0, Math.max(0, line - 1)).reduce((sum, text) => sum + text.length + 1, 0);
  return [before, before + (lines[line - 1]?.length ?? 0)];
}

/** A new article to begin with, in the form that is checked. */
export function newArticle(today: string): string {
  return [
    "---",
    "id: ",
    "title: ",
    "questions:",
    "- ",
    "- ",
    "tags:",
    "- ",
    "audience: customer",
    `updated: ${today}`,
    "---",
    "",
    "Say the answer in the first sentence.",
    "",
  ].join("\n");
}
