import { expect, test } from "vitest";
import { terminalText, visible } from "./glyphs";

test("a terminal escape is shown, not obeyed", () => {
  expect(visible("\x1b[31mred\x07")).toBe("␛[31mred␇");
});

test("a bidirectional override names itself", () => {
  expect(visible("a\u202eb")).toBe("a⟨U+202E⟩b");
});

test("line ends and tabs stay", () => {
  expect(terminalText(new TextEncoder().encode("a\tb\r\nc\n"))).toBe("a\tb\nc\n");
});

test("bytes that are no UTF-8 do not throw", () => {
  expect(terminalText(new Uint8Array([0x41, 0xff, 0x00]))).toBe("A\ufffd\u2400");
});
