/**
 * Folding repeats: a loop of a million identical calls must not become a million pictures.
 * Crossings come in one by one; runs of a repeated pattern of 1..LONGEST crossings become one cell with a count.
 */

const LONGEST = 4;
/** A pattern is folded when it has been seen this often in a row. */
const SEEN = 3;

/** `period` crossings from index `from`, `times` times over. */
export interface Cell {
  readonly from: number;
  readonly period: number;
  times: number;
}

export function cellEnd(cell: Cell): number {
  return cell.from + cell.period * cell.times;
}

export class RepeatFolder {
  readonly cells: Cell[] = [];
  private readonly signatures: number[] = [];
  private readonly known = new Map<string, number>();
  /** Crossings behind the last folded cell that may become its next repeat. */
  private pending = 0;

  push(text: string): void {
    let id = this.known.get(text);
    if (id === undefined) this.known.set(text, (id = this.known.size));
    const at = this.signatures.push(id) - 1;
    const last = this.cells.at(-1);
    if (last !== undefined && last.times > 1) {
      if (this.signatures[at - last.period] === id) {
        this.pending++;
        if (this.pending === last.period) {
          last.times++;
          this.pending = 0;
        }
        return;
      }
      this.flush(at - this.pending);
    }
    this.cells.push({ from: at, period: 1, times: 1 });
    this.gather();
  }

  /** Cells for display: what waits to become a repeat is shown one by one. */
  snapshot(): readonly Cell[] {
    if (this.pending === 0) return this.cells;
    const total = this.signatures.length;
    const waiting = Array.from({ length: this.pending }, (_, at) => ({ from: total - this.pending + at, period: 1, times: 1 }));
    return [...this.cells, ...waiting];
  }

  private flush(from: number): void {
    for (let at = 0; at < this.pending; at++) this.cells.push({ from: from + at, period: 1, times: 1 });
    this.pending = 0;
  }

  /** Turn the tail of single cells into one folded cell if it is SEEN repeats of a short pattern. */
  private gather(): void {
    const total = this.signatures.length;
    for (let period = 1; period <= LONGEST; period++) {
      const length = period * SEEN;
      if (this.singles(length) && this.periodic(total - length, total, period)) {
        this.cells.length -= length;
        this.cells.push({ from: total - length, period, times: SEEN });
        return;
      }
    }
  }

  private singles(length: number): boolean {
    if (this.cells.length < length) return false;
    for (let at = this.cells.length - length; at < this.cells.length; at++) if (this.cells[at]?.times !== 1) return false;
    return true;
  }

  private periodic(from: number, to: number, period: number): boolean {
    for (let at = from + period; at < to; at++) if (this.signatures[at] !== this.signatures[at - period]) return false;
    return true;
  }
}
