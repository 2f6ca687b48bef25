/** The run that is shown: from the press on Run to its end, and the instant that is looked at. */

import type { Report } from "../protocol/events.gen";
import { stopEvent } from "../panels/lesson/stops";
import type { LessonStop, Program } from "../protocol/service";
import { browser, LiveSource } from "../source/live";
import { prepareSocket } from "../source/sockets";
import type { Link, RunSource, Sink } from "../source/source";
import { LineIndex, programAddress } from "../timeline/lines";
import { Timeline } from "../timeline/timeline";
import { cancelRun, startRun } from "./api";
import type { Document } from "./document.svelte";
import { inNextFrame } from "./frame";
import { recall, remember, writeHash, type Place } from "./place";

export type Phase = "idle" | "starting" | "queued" | "running" | "ended" | "failed";

const HASH_MS = 300;
/** The first events are shown at once; then the panels are drawn anew at most this often. */
const SHOW_MS = 90;

interface LastRun {
  readonly run: string;
  readonly program: Program;
}

export class Session {
  timeline = $state.raw(new Timeline());
  version = $state(0);
  seq = $state(0);
  phase = $state<Phase>("idle");
  link = $state<Link>("ended");
  report = $state.raw<Report | null>(null);
  message = $state("");
  run = $state("");
  /** The selection goes with the newest event until the user chooses one. */
  follow = $state(true);
  /** The program that ran: what stands in the editor may have changed since. */
  ran = $state.raw<Program | null>(null);
  private lines = $state.raw(new LineIndex([]));
  private source: RunSource | null = null;
  private wanted = 0;
  /** Cancel was pressed before the run had a name. */
  private cancelling = false;
  private shown = 0;
  private showing = false;
  private cancelShow: () => void = () => undefined;
  /** The report of a run whose end has arrived and is not shown yet. */
  private ending: Report | null = null;
  private hashTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly key: string, private readonly document: Document) {}

  get busy(): boolean {
    return this.phase === "starting" || this.phase === "queued" || this.phase === "running";
  }

  /** Line of the source the program is at, and the ring the CPU is in; null where that cannot be said. */
  get instant(): { line: number; ring: 0 | 3 } | null {
    void this.version;
    if (this.seq === 0 || this.ran?.source !== this.document.source) return null;
    const line = this.lines.at(programAddress(this.timeline, this.seq));
    if (line === 0) return null;
    const state = this.timeline.at(this.seq);
    return { line, ring: state.tasks[state.tid]?.cpl === 3 ? 3 : 0 };
  }

  /** The event a guided stop means; 0 if the run did not get there. */
  stopAt(stop: LessonStop): number {
    void this.version;
    return this.ran?.source === this.document.source ? stopEvent(stop, this.timeline, this.lines) : 0;
  }

  async start(): Promise<void> {
    if (this.busy) return;
    const { program } = this.document;
    this.document.save();
    this.reset("starting");
    this.ran = program;
    try {
      const { id } = await startRun(program);
      this.listen(id);
      remember(`run:${this.key}`, { run: id, program } satisfies LastRun);
      if (this.cancelling) await this.cancel();
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
    this.lines = await this.document.lines(program.source);
  }

  /** Show a run again: after a reload, in another tab, from a link. True if there is one to show. */
  resume(place: Place): boolean {
    const last = recall<LastRun>(`run:${this.key}`);
    const run = place.run || (last?.program.source === this.document.source ? last.run : "");
    if (run === "") return false;
    this.reset("starting");
    this.wanted = place.seq;
    this.follow = place.seq === 0;
    // A run that somebody else's address names is of a program we know only where the page brings it.
    this.ran = last?.run === run ? last.program : this.key === "home" ? null : this.document.original;
    this.listen(run);
    if (this.ran !== null) void this.document.lines(this.ran.source).then((lines) => (this.lines = lines));
    return true;
  }

  async cancel(): Promise<void> {
    if (!this.busy) return;
    this.cancelling = this.run === "";
    if (this.cancelling) return;
    try {
      await cancelRun(this.run);
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
    }
  }

  select(seq: number): void {
    this.seq = Math.min(Math.max(seq, 0), this.timeline.last);
    this.follow = this.busy && this.seq === this.timeline.last;
    clearTimeout(this.hashTimer);
    this.hashTimer = setTimeout(() => this.writePlace(), HASH_MS);
  }

  step(by: number): void {
    this.select(this.timeline.step(this.seq, by));
  }

  dispose(): void {
    this.source?.stop();
    clearTimeout(this.hashTimer);
    this.cancelShow();
  }

  private listen(run: string): void {
    // The socket first: everything else can be done while it opens. To write an address is slow, so it comes last.
    const source = new LiveSource(run, browser);
    this.source = source;
    source.start(this.sink());
    this.run = run;
    clearTimeout(this.hashTimer);
    this.hashTimer = setTimeout(() => this.writePlace(), HASH_MS);
  }

  private sink(): Sink {
    return {
      events: (items) => {
        this.timeline.append(items);
        this.showSoon();
      },
      state: (state) => {
        if (this.phase === "starting" || this.phase === "queued") this.phase = state === "queued" ? "queued" : "running";
      },
      link: (link) => (this.link = link),
      end: (report) => {
        this.ending = report;
        this.shown = 0;
        this.showSoon();
      },
      failed: (message) => this.fail(message),
    };
  }

  /** Show what has arrived: with the next frame, so that an end right behind its events is one picture; then not too often. */
  private showSoon(): void {
    const rest = this.shown + SHOW_MS - performance.now();
    if (rest <= 0) {
      this.cancelShow();
      this.cancelShow = inNextFrame(() => this.show());
    } else if (!this.showing) {
      this.cancelShow();
      const timer = setTimeout(() => this.show(), rest);
      this.cancelShow = () => clearTimeout(timer);
    }
    this.showing = true;
  }

  private show(): void {
    this.cancelShow();
    this.showing = false;
    this.shown = performance.now();
    this.version++;
    if (this.follow) this.seq = this.timeline.steps.at(-1) ?? 0;
    else if (this.wanted > 0 && this.timeline.last >= this.wanted) [this.seq, this.wanted] = [this.wanted, 0];
    if (this.ending !== null) this.finish(this.ending);
    else if (this.phase === "starting" || this.phase === "queued") this.phase = "running";
  }

  private finish(report: Report): void {
    [this.ending, this.report, this.phase] = [null, report, "ended"];
    if (this.wanted > 0) [this.seq, this.wanted] = [this.timeline.last, 0];
    this.follow = false;
    if (report.diagnostics.length > 0 && this.ran?.source === this.document.source) this.document.found(report.diagnostics);
    prepareSocket();
  }

  private reset(phase: Phase): void {
    this.source?.stop();
    this.source = null;
    this.timeline = new Timeline();
    this.cancelShow();
    [this.shown, this.showing, this.ending] = [0, false, null];
    this.version++;
    [this.seq, this.wanted, this.run, this.message] = [0, 0, "", ""];
    [this.phase, this.report, this.follow] = [phase, null, true];
    this.lines = new LineIndex([]);
    this.cancelling = false;
  }

  private fail(message: string): void {
    this.phase = "failed";
    this.message = message;
  }

  /** The address names the run and the instant, so that a copy of it shows the same. */
  private writePlace(): void {
    const seq = this.follow || this.seq === this.timeline.last ? 0 : this.seq;
    history.replaceState(history.state, "", `${location.pathname}${location.search}${writeHash({ run: this.run, seq })}`);
  }
}
