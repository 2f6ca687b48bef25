import { expect, test } from "vitest";
import type { Crossing } from "../../timeline/crossings";
import { label, Layout, shape } from "./layout";

const crossing = (index: number, change: Partial<Crossing> = {}): Crossing => ({
  index, tid: 2, kind: "syscall", first: index * 10 + 1, last: index * 10 + 8, down: index * 10 + 2, entry: index * 10 + 3, begin: index * 10 + 4,
  end: index * 10 + 6, up: index * 10 + 8, ran: 5, userNs: 5, kernelNs: 100, entryInstructions: 24, name: "write", result: "14", errno: null,
  gate: "syscall", signal: "", fatal: false, ending: "", unmodelled: false, closed: true, ...change,
});

test("time goes from left to right through every moment", () => {
  const all = [crossing(0), crossing(1, { kind: "fault", name: "#PF", begin: 11, down: 12, end: 0 }), crossing(2, { fatal: true, up: 0, ending: "exit 0" })];
  const layout = new Layout(all.map(({ index }) => ({ from: index, period: 1, times: 1 })), all);
  const places = all.flatMap((each) => Array.from({ length: 8 }, (_, at) => layout.spot(each, each.first + at).x));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places.at(-1)).toBeLessThanOrEqual(layout.width);
});

test("a million instructions take more room than three, but not a million times", () => {
  const [few, many] = [shape(crossing(0, { ran: 3 })), shape(crossing(0, { ran: 1_000_000 }))];
  expect(many.drop).toBeGreaterThan(few.drop);
  expect(many.drop).toBeLessThan(few.drop * 4);
});

test("a folded cell shows the repeat that is selected", () => {
  const cell = { from: 4, period: 2, times: 10 };
  expect([Layout.shown(cell, 0, 9), Layout.shown(cell, 1, 9), Layout.shown(cell, 0, 99)]).toEqual([8, 9, 4]);
  const all = Array.from({ length: 24 }, (_, index) => crossing(index));
  const layout = new Layout([...all.slice(0, 4).map(({ index }) => ({ from: index, period: 1, times: 1 })), cell], all);
  expect(layout.left(9)).toBe(layout.left(23));
  expect(layout.holding(17)?.cell).toBe(cell);
});

test("a failure's label is its errno without the sentence", () => {
  expect(label(crossing(0, { result: "-1 ENOENT (No such file or directory)" }))).toBe("= -1 ENOENT");
});
