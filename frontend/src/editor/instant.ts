/** The source line of the selected instant, marked in the editor in the colour of the ring the CPU is in. */

import { StateEffect, StateField, type Extension, type Text } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";

export interface Instant {
  /** From 1. */
  readonly line: number;
  readonly ring: 0 | 3;
}

const set = StateEffect.define<Instant | null>();

function mark(document: Text, instant: Instant | null): DecorationSet {
  if (instant === null || instant.line < 1 || instant.line > document.lines) return Decoration.none;
  const line = Decoration.line({ class: `cm-instant cm-instant-ring${instant.ring}` });
  return Decoration.set([line.range(document.line(instant.line).from)]);
}

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(set)) return mark(transaction.state.doc, effect.value);
    // What was run is no longer what stands here.
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (from) => EditorView.decorations.from(from),
});

export const instants: Extension = field;

export function showInstant(view: EditorView, instant: Instant | null): void {
  const effects: StateEffect<unknown>[] = [set.of(instant)];
  if (instant !== null && instant.line <= view.state.doc.lines && !view.hasFocus) {
    effects.push(EditorView.scrollIntoView(view.state.doc.line(instant.line).from, { y: "nearest", yMargin: 40 }));
  }
  view.dispatch({ effects });
}
