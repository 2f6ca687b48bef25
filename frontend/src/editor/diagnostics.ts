/** The assembler's findings as the editor's squiggles, with the nearest right spelling as a quick fix. */

import { setDiagnostics, type Diagnostic as Squiggle } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { visible } from "../base/glyphs";
import type { Diagnostic } from "../protocol/events.gen";

/** More squiggles than this help nobody and slow the editor down; the count above it is of all. */
const SHOWN = 200;

/** Where a diagnostic lies in the document. Columns count characters from 1, the document counts UTF-16 units. */
export function range(document: Text, { line, column, end_column: end = 0 }: Diagnostic): { from: number; to: number } {
  const at = document.line(Math.min(Math.max(line, 1), document.lines));
  if (column === 0) return { from: at.from, to: at.to };
  const characters = [...at.text];
  const units = (count: number): number => characters.slice(0, count).join("").length;
  const from = at.from + units(column - 1);
  const to = end > column ? at.from + units(end - 1) : from + wordAt(at.text.slice(from - at.from));
  return { from, to: Math.min(Math.max(to, from), at.to) };
}

function wordAt(text: string): number {
  return /^[\w.$@%]+/.exec(text)?.[0].length ?? 1;
}

export function showDiagnostics(view: EditorView, diagnostics: readonly Diagnostic[]): void {
  const { doc } = view.state;
  const squiggles = diagnostics.slice(0, SHOWN).map((diagnostic): Squiggle => {
    const { from, to } = range(doc, diagnostic);
    const { suggestion = "" } = diagnostic;
    return {
      from, to,
      severity: diagnostic.severity ?? "error",
      message: visible(diagnostic.message),
      actions:
        suggestion === ""
          ? []
          : [{ name: `Write ${visible(suggestion)}`, apply: (target, at, end) => target.dispatch({ changes: { from: at, to: end, insert: suggestion } }) }],
    };
  });
  view.dispatch(setDiagnostics(view.state, squiggles));
}
