/** A program's output as runs of text, with what lies behind the selected instant told apart. */

import { terminalText } from "../../base/glyphs";
import type { OutputPiece } from "../../timeline/timeline";

export interface Run {
  readonly fd: number;
  /** Written after the selected instant. */
  readonly later: boolean;
  readonly text: string;
}

/** Only the end of a very long output is put on the page. */
export const SHOWN_BYTES = 32 * 1024;

export function runs(pieces: readonly OutputPiece[], seq: number): { readonly runs: readonly Run[]; readonly hidden: number } {
  let first = pieces.length;
  let bytes = 0;
  while (first > 0 && bytes < SHOWN_BYTES) bytes += pieces[--first]?.bytes.length ?? 0;
  let hidden = 0;
  for (let at = 0; at < first; at++) hidden += pieces[at]?.bytes.length ?? 0;
  const result: Run[] = [];
  let waiting: OutputPiece[] = [];
  const flush = (): void => {
    const [head] = waiting;
    if (head === undefined) return;
    result.push({ fd: head.fd, later: head.seq > seq, text: terminalText(joined(waiting)) });
    waiting = [];
  };
  for (const piece of pieces.slice(first)) {
    const [head] = waiting;
    if (head !== undefined && (head.fd !== piece.fd || head.seq > seq !== piece.seq > seq)) flush();
    waiting.push(piece);
  }
  flush();
  return { runs: result, hidden };
}

function joined(pieces: readonly OutputPiece[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.bytes.length, 0));
  let at = 0;
  for (const { bytes } of pieces) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}
