/** Completion and hover out of the catalog. */

import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { hoverTooltip, type EditorView } from "@codemirror/view";
import { ARGUMENT_REGISTERS, signatureOf, type CatalogIndex, type CatalogSyscall } from "./catalog";
import { GATES, PRIVILEGED, REGISTERS } from "./words";

export function assist(catalog: () => CatalogIndex): Extension {
  return [
    autocompletion({ override: [(context) => complete(context, catalog())], icons: false }),
    hoverTooltip((view, at) => {
      const word = wordAt(view, at);
      const lines = word === null ? null : describe(word.text, view.state.doc.lineAt(at).text, catalog());
      if (word === null || lines === null) return null;
      return { pos: word.from, end: word.to, above: true, create: () => ({ dom: card(lines) }) };
    }),
  ];
}

/** A number that goes into RAX is a system call's. */
const INTO_RAX = /^\s*(?:[\w.$]+:)?\s*mov(?:abs)?\s+(?:rax|eax|ax|al)\s*,\s*(\w*)$/i;

export function complete(context: CompletionContext, catalog: CatalogIndex): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (/#|;|\/\//.test(before.replace(/"[^"]*"/g, ""))) return null;
  const number = INTO_RAX.exec(before);
  if (number !== null && (context.explicit || number[1] !== "")) {
    return { from: context.pos - (number[1]?.length ?? 0), options: catalog.catalog.syscalls.map(callOption), validFor: /^\w*$/ };
  }
  const word = context.matchBefore(/[\w.$]+/);
  if (word === null || (word.text.length < 2 && !context.explicit)) return null;
  if (!/\S\s+\S*$/.test(before.replace(/^\s*[\w.$]+:/, ""))) return null;
  return { from: word.from, options: [...REGISTERS].map((name): Completion => ({ label: name, ...(catalog.register(name) && { detail: catalog.register(name)?.summary ?? "" }) })), validFor: /^\w*$/ };
}

function callOption(call: CatalogSyscall): Completion {
  return { label: call.name, apply: String(call.number), detail: String(call.number), boost: call.modelled ? 1 : 0, info: `${signatureOf(call)}: ${call.summary}` };
}

/** What there is to say about a word; first line bold. */
export function describe(word: string, line: string, catalog: CatalogIndex): readonly string[] | null {
  const lower = word.toLowerCase();
  if (lower === "syscall") {
    return ["syscall", "Calls the kernel: number in RAX, arguments in RDI, RSI, RDX, R10, R8, R9. The result comes back in RAX; RCX and R11 are lost."];
  }
  if (PRIVILEGED.has(lower)) return [lower, "Only ring 0 may execute this: from ring 3 the CPU raises #GP."];
  if (GATES.has(lower)) return [lower, "Crosses from ring 3 to ring 0."];
  const register = catalog.register(lower);
  if (register !== undefined) return [lower, register.summary];
  const errno = catalog.errno(word);
  if (errno !== undefined) return [`${errno.name} = ${errno.number}`, errno.text];
  const number = INTO_RAX.exec(line.slice(0, line.indexOf(word) + word.length));
  const call = number !== null && /^\d+$|^0x[\da-f]+$/i.test(word) ? catalog.numbered(Number(word)) : catalog.syscall(word);
  if (call === undefined) return null;
  return [
    `${call.number}  ${signatureOf(call)}`,
    call.summary,
    ...call.args.map((argument, at) => `${ARGUMENT_REGISTERS[at] ?? ""}  ${argument.name}${argument.explanation === "" ? ` (${argument.type})` : `: ${argument.explanation}`}`),
    ...(call.modelled && call.errors.length > 0 ? [`May fail with ${call.errors.join(", ")}`] : []),
  ];
}

function wordAt(view: EditorView, at: number): { from: number; to: number; text: string } | null {
  const line = view.state.doc.lineAt(at);
  const offset = at - line.from;
  for (const match of line.text.matchAll(/[\w.$]+/g)) {
    if (match.index <= offset && offset <= match.index + match[0].length) {
      return { from: line.from + match.index, to: line.from + match.index + match[0].length, text: match[0] };
    }
  }
  return null;
}

function card(lines: readonly string[]): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-card";
  lines.forEach((text, at) => {
    const row = document.createElement(at === 0 ? "b" : "p");
    row.textContent = text;
    box.append(row);
  });
  return box;
}
