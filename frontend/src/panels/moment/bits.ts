/** Error codes bit by bit. Source: Intel SDM volume 3, 6.13 (selector form), 4.7 and 6.15 (#PF). */

export interface Bit {
  readonly bit: string;
  readonly name: string;
  readonly set: boolean;
  readonly meaning: string;
}

const PAGE_FAULT: readonly (readonly [name: string, set: string, clear: string])[] = [
  ["P", "the page was present: the access was refused", "no page was there"],
  ["W/R", "it was a write", "it was a read or a fetch"],
  ["U/S", "the CPU was in ring 3", "the CPU was in ring 0"],
  ["RSVD", "a reserved bit was set in a table entry", "no reserved bit was set"],
  ["I/D", "it was an instruction fetch", "it was no instruction fetch"],
  ["PK", "a protection key refused it", "no protection key was involved"],
];

/** Vectors that push an error code in selector form. */
const WITH_SELECTOR: ReadonlySet<number> = new Set([10, 11, 12, 13]);

export function errorBits(vector: number, code: number): readonly Bit[] {
  if (vector === 14) {
    return PAGE_FAULT.map(([name, yes, no], at) => {
      const set = ((code >> at) & 1) === 1;
      return { bit: String(at), name, set, meaning: set ? yes : no };
    });
  }
  if (!WITH_SELECTOR.has(vector)) return [];
  if (code === 0) return [{ bit: "all", name: "zero", set: false, meaning: "no segment is to blame: the instruction or the address itself was refused" }];
  const table = (code >> 1) & 3;
  const index = code >> 3;
  const named = table & 1 ? `IDT, entry ${index}: the gate that INT ${index} asked for` : `${table === 2 ? "LDT" : "GDT"}, entry ${index}`;
  return [
    { bit: "0", name: "EXT", set: (code & 1) === 1, meaning: code & 1 ? "caused from outside the program" : "caused by the program itself" },
    { bit: "1–2", name: "TBL", set: table !== 0, meaning: `the table meant: ${named.split(",")[0]}` },
    { bit: "3–15", name: "index", set: index !== 0, meaning: named },
  ];
}
