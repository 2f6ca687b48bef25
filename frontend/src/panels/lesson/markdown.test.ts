import { expect, test } from "vitest";
import { inline, markdown } from "./markdown";

test("blocks", () => {
  expect(markdown("# A\n\none\ntwo\n\n- x\n  y\n- z\n\n```\ncode *x*\n```\n").map((block) => block.kind)).toEqual(["heading", "paragraph", "list", "code"]);
  expect(markdown("1. a\n2. b")).toEqual([{ kind: "list", ordered: true, items: [[{ kind: "text", text: "a" }], [{ kind: "text", text: "b" }]] }]);
});

test("inline", () => {
  expect(inline("a `b_c` **d** *e* snake_case_name")).toEqual([
    { kind: "text", text: "a " }, { kind: "code", text: "b_c" }, { kind: "text", text: " " }, { kind: "strong", text: "d" }, { kind: "text", text: " " },
    { kind: "emphasis", text: "e" }, { kind: "text", text: " snake_case_name" },
  ]);
});

test("a link of another scheme is words only", () => {
  expect(inline("[x](javascript:alert(1))")[0]).toEqual({ kind: "text", text: "x" });
  expect(inline("[x](//evil.example)")[0]).toEqual({ kind: "text", text: "x" });
});

test("HTML is text", () => {
  expect(inline("<img src=x onerror=alert(1)>")).toEqual([{ kind: "text", text: "<img src=x onerror=alert(1)>" }]);
});

test("an unclosed fence ends with the text", () => {
  expect(markdown("```\nx")).toEqual([{ kind: "code", text: "x" }]);
});
