import { expect, test } from "vitest";
import { cellEnd, RepeatFolder } from "./repeats";

function folded(text: string): string {
  const folder = new RepeatFolder();
  for (const letter of text) folder.push(letter);
  const cells = folder.snapshot();
  let at = 0;
  for (const cell of cells) {
    expect(cell.from).toBe(at);
    at = cellEnd(cell);
  }
  expect(at).toBe(text.length);
  return cells.map((cell) => text.slice(cell.from, cell.from + cell.period) + (cell.times > 1 ? `x${cell.times}` : "")).join(" ");
}

test.each([
  ["ab", "a b"],
  ["aab", "a a b"],
  ["aaaaab", "ax5 b"],
  ["xrwrwrwrwe", "x rwx4 e"],
  ["xrwrwrwrwre", "x rwx4 r e"],
  ["abcabcabcabc", "abcx4"],
  ["aaabbbb", "ax3 bx4"],
  ["aaaabaaaa", "ax4 b ax4"],
])("%s folds to %s", (text, expected) => {
  expect(folded(text)).toBe(expected);
});

test("200,000 repeats are one cell", () => {
  const folder = new RepeatFolder();
  for (let at = 0; at < 200_000; at++) folder.push(at % 2 === 0 ? "read" : "write");
  expect(folder.snapshot()).toEqual([{ from: 0, period: 2, times: 100_000 }]);
});
