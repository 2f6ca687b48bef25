/** The small Markdown of lesson notes, as data: headings, paragraphs, lists, code, emphasis, links. No HTML of anybody's gets through. */

export type Inline =
  | { readonly kind: "text" | "code" | "strong" | "emphasis"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly inline: readonly Inline[] }
  | { readonly kind: "paragraph" | "quote"; readonly inline: readonly Inline[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly text: string };

const ITEM = /^\s{0,3}(?:[-*]|(\d+)[.)])\s+(.*)$/;

export function markdown(text: string): readonly Block[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      at++;
    } else if (line.startsWith("```")) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith("```"));
      const close = end < 0 ? lines.length : end;
      blocks.push({ kind: "code", text: lines.slice(at + 1, close).join("\n") });
      at = close + 1;
    } else if (/^#{1,6}\s/.test(line)) {
      const [, marks = "#", words = ""] = /^(#+)\s+(.*)$/.exec(line) ?? [];
      blocks.push({ kind: "heading", level: marks.length, inline: inline(words) });
      at++;
    } else if (ITEM.test(line)) {
      const items: string[] = [];
      const ordered = ITEM.exec(line)?.[1] !== undefined;
      for (; at < lines.length && (lines[at] ?? "").trim() !== ""; at++) {
        const item = ITEM.exec(lines[at] ?? "");
        if (item !== null) items.push(item[2] ?? "");
        else items[items.length - 1] += ` ${(lines[at] ?? "").trim()}`;
      }
      blocks.push({ kind: "list", ordered, items: items.map(inline) });
    } else {
      const quote = line.startsWith(">");
      const words: string[] = [];
      for (; at < lines.length && (lines[at] ?? "").trim() !== "" && !/^(```|#{1,6}\s)/.test(lines[at] ?? ""); at++) {
        words.push((lines[at] ?? "").replace(/^>\s?/, "").trim());
      }
      blocks.push({ kind: quote ? "quote" : "paragraph", inline: inline(words.join(" ")) });
    }
  }
  return blocks;
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|(?<!\w)[*_]([^*_\s](?:[^*_]*[^*_\s])?)[*_](?!\w)|\[([^\]]+)\]\(([^)\s]+)\)/g;

export function inline(text: string): readonly Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) parts.push({ kind: "text", text: text.slice(at, match.index) });
    at = match.index + match[0].length;
    const [, code, strong, emphasis, words, href] = match;
    if (code !== undefined) parts.push({ kind: "code", text: code });
    else if (strong !== undefined) parts.push({ kind: "strong", text: strong });
    else if (emphasis !== undefined) parts.push({ kind: "emphasis", text: emphasis });
    else if (words !== undefined && href !== undefined && /^(https?:\/\/|\/(?!\/)|#)/.test(href)) parts.push({ kind: "link", text: words, href });
    else parts.push({ kind: "text", text: words ?? "" });
  }
  if (at < text.length) parts.push({ kind: "text", text: text.slice(at) });
  return parts;
}
