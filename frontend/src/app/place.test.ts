import { expect, test } from "vitest";
import { readHash, writeHash } from "./place";

test.each([
  [{ run: "abc_-1", seq: 12 }, "#run=abc_-1&seq=12"],
  [{ run: "", seq: 3 }, "#seq=3"],
  [{ run: "", seq: 0 }, ""],
])("%o goes into the address and comes back", (place, hash) => {
  expect(writeHash(place)).toBe(hash);
  expect(readHash(hash)).toEqual(place);
});

test.each(["#seq=-1", "#seq=x", "#seq=1e99", "#run=../../x", "#run=%3Cscript%3E", "#"])("%s is nothing", (hash) => {
  expect(readHash(hash)).toEqual({ run: "", seq: 0 });
});
