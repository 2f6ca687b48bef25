import { expect, test } from "vitest";
import type { Report } from "../../protocol/events.gen";
import { errorBits } from "./bits";
import { ending } from "./explain";
import { changes } from "./registers";

test("a page fault's error code, bit by bit", () => {
  const bits = errorBits(14, 0b10101);
  expect(bits.map((bit) => `${bit.name}=${Number(bit.set)}`)).toEqual(["P=1", "W/R=0", "U/S=1", "RSVD=0", "I/D=1", "PK=0"]);
  expect(bits[0]?.meaning).toContain("refused");
});

test("a selector error code names the gate: INT 4 without a DPL-3 gate would be 4*8+2", () => {
  expect(errorBits(13, 4 * 8 + 2).at(-1)?.meaning).toBe("IDT, entry 4: the gate that INT 4 asked for");
  expect(errorBits(13, 0)).toHaveLength(1);
  expect(errorBits(6, 0)).toEqual([]);
});

test("what syscall changes has its reason beside it", () => {
  const event = { type: "ring", seq: 2, t: 0, n: 1, tid: 1, cpl_from: 3, cpl_to: 0, via: "syscall", rip_from: "0x401000", rip_to: "0x10", regs: {} } as const;
  const found = changes({ rcx: "0x0", r11: "0x0", rax: "0x1" }, { rcx: "0x401002", r11: "0x202", rax: "0x1" }, event);
  expect(found.map((change) => change.name)).toEqual(["rcx", "r11"]);
  expect(found[0]?.note).toContain("return address");
  expect(found[1]?.note).toContain("RFLAGS");
});

test.each(["exited", "signaled", "limit", "source_error", "assembler_crash", "engine_crash", "sandbox_violation", "lost", "cancelled", "internal"] as const)(
  "outcome %s is explained",
  (outcome) => {
    const report: Report = { outcome, exit: null, diagnostics: [], limit: null, message: "", stdout: "", stderr: "", strace: [],
      instructions: 3, virtual_ns: 1500, events: 0, unmodelled: [] };
    const { title, text } = ending({ ...report, limit: outcome === "limit" ? "wall" : null });
    expect(title.length).toBeGreaterThan(5);
    expect(text.length).toBeGreaterThan(10);
  },
);
