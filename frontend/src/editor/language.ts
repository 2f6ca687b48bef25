/** GNU as in Intel syntax, for colours only: what a line means is the assembler's business. */

import { HighlightStyle, StreamLanguage, syntaxHighlighting, type StringStream } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { Tag, tags } from "@lezer/highlight";
import { GATES, OPERAND_WORDS, PREFIXES, PRIVILEGED, REGISTERS } from "./words";

const gate = Tag.define();

interface State {
  inComment: boolean;
  /** The statement's mnemonic or directive has been read. */
  operands: boolean;
}

function token(stream: StringStream, state: State): string | null {
  if (stream.sol()) state.operands = false;
  if (state.inComment) {
    state.inComment = stream.match(/^.*?\*\//) === null;
    if (state.inComment) stream.skipToEnd();
    return "comment";
  }
  if (stream.eatSpace()) return null;
  if (stream.match("/*")) {
    state.inComment = true;
    return "comment";
  }
  if (stream.match(/^(#|;|\/\/).*/)) return "comment";
  if (stream.match(/^"(\\.|[^"\\])*"?/)) return "string";
  if (stream.match(/^'(\\.|[^'\\])'?/)) return "string";
  if (stream.match(/^(0[xX][\da-fA-F]+|0[bB][01]+|\d+[bf](?!\w)|\d+)(?!\w*:)/)) return "number";
  if (!state.operands && stream.match(/^[\w.$]+(?=\s*:)/)) {
    stream.match(/^\s*:/);
    return "labelName";
  }
  if (stream.match(/^\.[\w.]+/)) {
    state.operands = true;
    return "processingInstruction";
  }
  if (stream.match(/^[\w$.@%]+/)) return word(stream.current().toLowerCase(), state);
  stream.next();
  return null;
}

function word(text: string, state: State): string | null {
  if (state.operands) {
    if (REGISTERS.has(text.replace(/^%/, ""))) return "register";
    return OPERAND_WORDS.has(text) ? "modifier" : "variableName";
  }
  if (PREFIXES.has(text)) return "keyword";
  state.operands = true;
  return GATES.has(text) || PRIVILEGED.has(text) ? "gate" : "keyword";
}

const language = StreamLanguage.define<State>({
  name: "gas-intel",
  startState: () => ({ inComment: false, operands: false }),
  token,
  languageData: { commentTokens: { line: "#", block: { open: "/*", close: "*/" } } },
  tokenTable: { gate, register: tags.special(tags.variableName) },
});

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.labelName, color: "var(--ink)", fontWeight: "600" },
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: gate, color: "var(--ring0)", fontWeight: "600" },
  { tag: tags.special(tags.variableName), color: "var(--code-register)" },
  { tag: tags.processingInstruction, color: "var(--code-directive)" },
  { tag: tags.modifier, color: "var(--ink-2)" },
]);

export function assembly(): Extension {
  return [language, syntaxHighlighting(colours)];
}
