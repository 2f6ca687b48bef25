import { expect, test } from "vitest";
import { runs, SHOWN_BYTES } from "./text";

const piece = (seq: number, fd: number, text: string) => ({ seq, fd, bytes: new TextEncoder().encode(text) });

test("a character split over two writes is one character", () => {
  const [a, b] = [new Uint8Array([0xc3]), new Uint8Array([0xa9, 0x0a])];
  expect(runs([{ seq: 1, fd: 1, bytes: a }, { seq: 2, fd: 1, bytes: b }], 9).runs).toEqual([{ fd: 1, later: false, text: "é\n" }]);
});

test("stderr and what comes later stand apart", () => {
  expect(runs([piece(1, 1, "a"), piece(2, 2, "b"), piece(3, 1, "c"), piece(4, 1, "d")], 3).runs).toEqual([
    { fd: 1, later: false, text: "a" },
    { fd: 2, later: false, text: "b" },
    { fd: 1, later: false, text: "c" },
    { fd: 1, later: true, text: "d" },
  ]);
});

test("only the end of a flood is shown, and how much is hidden is said", () => {
  const flood = Array.from({ length: 3 }, (_, at) => piece(at + 1, 1, "x".repeat(SHOWN_BYTES)));
  const shown = runs(flood, 9);
  expect(shown.hidden).toBe(2 * SHOWN_BYTES);
  expect(shown.runs[0]?.text.length).toBe(SHOWN_BYTES);
});
