/** What is in the editor and the run's inputs: kept by the browser as it is typed, checked by the assembler when typing rests. */

import { LineIndex } from "../timeline/lines";
import type { Diagnostic } from "../protocol/events.gen";
import type { AssembleAnswer, Program } from "../protocol/service";
import { assemble, ServiceError } from "./api";
import { recall, remember } from "./place";

const REST_MS = 200;
const SAVE_MS = 300;

export type Checked = "unknown" | "checking" | "fine" | "problems" | "away";

export class Document {
  program = $state.raw<Program>({ source: "" });
  diagnostics = $state.raw<readonly Diagnostic[]>([]);
  checked = $state<Checked>("unknown");
  /** Bytes of code and data the source makes. */
  bytes = $state(0);
  private checkTimer: ReturnType<typeof setTimeout> | undefined;
  private saveTimer: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | null = null;
  /** The last answer and the text it is about. */
  private answer: { source: string; answer: AssembleAnswer } | null = null;

  /** What Reset goes back to. */
  original = $state.raw<Program>({ source: "" });
  private key = "";

  /** Begin with `original`, or with what the browser kept of it under `key`. */
  open(key: string, original: Program): void {
    if (this.key !== "") this.save();
    this.key = key;
    this.original = original;
    this.program = recall<Program>(`program:${key}`) ?? original;
    this.check(0);
  }

  get source(): string {
    return this.program.source;
  }

  get changed(): boolean {
    return this.program.source !== this.original.source;
  }

  set(change: Partial<Program>): void {
    const typed = change.source !== undefined && change.source !== this.program.source;
    this.program = { ...this.program, ...change };
    clearTimeout(this.saveTimer);
    this.saveTimer = setTimeout(() => this.save(), SAVE_MS);
    if (typed) this.check(REST_MS);
  }

  replace(program: Program): void {
    this.program = program;
    this.save();
    this.check(0);
  }

  save(): void {
    clearTimeout(this.saveTimer);
    remember(`program:${this.key}`, this.program);
  }

  /** What a run or a run's report found: shown like the live findings. */
  found(diagnostics: readonly Diagnostic[]): void {
    this.diagnostics = diagnostics;
    this.checked = diagnostics.length > 0 ? "problems" : "fine";
  }

  private check(wait: number): void {
    clearTimeout(this.checkTimer);
    this.checkTimer = setTimeout(() => void this.look(), wait);
  }

  private async look(): Promise<void> {
    const { source } = this;
    this.checked = "checking";
    try {
      const answer = await this.assembled(source);
      if (source !== this.source) return;
      this.bytes = answer.source_map.reduce((sum, line) => sum + line.length, 0);
      this.found(answer.diagnostics);
    } catch (error) {
      // The next key stroke asks again; squiggles that may be wrong by now go.
      if (error instanceof ServiceError && source === this.source) [this.checked, this.diagnostics] = ["away", []];
    }
  }

  private async assembled(source: string): Promise<AssembleAnswer> {
    if (this.answer?.source === source) return this.answer.answer;
    this.asked?.abort();
    this.asked = new AbortController();
    const answer = await assemble(source, this.asked.signal);
    this.answer = { source, answer };
    return answer;
  }

  /** The lines of `source` in memory. */
  async lines(source: string): Promise<LineIndex> {
    if (this.answer?.source === source) return new LineIndex(this.answer.answer.source_map);
    try {
      return new LineIndex((await assemble(source)).source_map);
    } catch {
      return new LineIndex([]);
    }
  }
}
