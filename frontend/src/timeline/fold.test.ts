import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { AnyEvent, Mapping, State } from "../protocol/events.gen";
import { carve, fold, INITIAL, merge } from "./fold";

const FIXTURES = new URL("../../../tests/fixtures/timeline/", import.meta.url);
const names = readdirSync(FIXTURES).filter((name) => name.endsWith(".json"));

test("there are fixtures", () => {
  expect(names.length).toBeGreaterThan(0);
});

test.each(names)("%s folds as in Python", (name) => {
  const { events, state } = JSON.parse(readFileSync(new URL(name, FIXTURES), "utf8")) as { events: AnyEvent[]; state: State };
  expect(events.reduce(fold, INITIAL)).toEqual(state);
});

test("an event out of order is refused", () => {
  const stop: AnyEvent = { type: "stop", seq: 3, t: 0, n: 0, tid: 1, reason: "exited", limit: null, message: "" };
  expect(() => fold(INITIAL, stop)).toThrow("event 3 does not follow event 0");
});

const area = (start: number, end: number, name = "", offset = 0, prot = "rw-p"): Mapping => ({
  start: `0x${start.toString(16)}`, end: `0x${end.toString(16)}`, prot, offset: `0x${offset.toString(16)}`, name,
});

test("a hole moves the offset of a file's rest, not of anonymous memory's", () => {
  expect(carve([area(0x1000, 0x5000, "/lib/x", 0x2000)], 0x2000n, 0x3000n, null)).toEqual([
    area(0x1000, 0x2000, "/lib/x", 0x2000),
    area(0x3000, 0x5000, "/lib/x", 0x4000),
  ]);
  expect(carve([area(0x1000, 0x5000)], 0x2000n, 0x3000n, null)).toEqual([area(0x1000, 0x2000), area(0x3000, 0x5000)]);
});

test("neighbours of one file merge only where the file runs on", () => {
  const first = area(0x1000, 0x2000, "/f", 0);
  const gap = area(0x2000, 0x3000, "/f", 0x5000);
  expect(merge([gap, first])).toEqual([first, gap]);
  expect(merge([first, area(0x2000, 0x3000, "/f", 0x1000)])).toEqual([area(0x1000, 0x3000, "/f", 0)]);
});
