/** What the service and the page say to each other around the events: requests, answers, socket frames, page data. */

import type { AnyEvent, Diagnostic, Report } from "./events.gen";

/** What POST /api/runs takes; also what a share link holds. */
export interface Program {
  readonly source: string;
  readonly argv?: readonly string[];
  readonly env?: readonly string[];
  readonly stdin?: string;
  readonly files?: readonly { readonly path: string; readonly text?: string; readonly data?: string; readonly mode?: number }[];
  readonly seed?: number;
  readonly max_instructions?: number;
  readonly level?: "syscall" | "kernel" | "memory" | "instruction";
}

export type RunState = "queued" | "running" | "done";

export interface RunStatus {
  readonly id: string;
  readonly state: RunState;
  readonly report: Report | null;
}

/** One line of the source and where its bytes are. */
export interface SourceLine {
  readonly address: number;
  readonly length: number;
  readonly line: number;
}

export interface AssembleAnswer {
  readonly diagnostics: readonly Diagnostic[];
  readonly source_map: readonly SourceLine[];
}

/** How the service refuses. */
export interface Refusal {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string; readonly where: string };
}

export type Frame =
  | { readonly type: "hello"; readonly run: string; readonly schema: number; readonly engine: string; readonly state: RunState; readonly after: number }
  | { readonly type: "events"; readonly from: number; readonly items: readonly AnyEvent[] }
  | { readonly type: "end"; readonly report: Report }
  | ({ readonly type: "error" } & Refusal);

export interface EventsAnswer {
  readonly items: readonly AnyEvent[];
  readonly complete: boolean;
}

/** What the server's template hands over in `<script type="application/json" id="page-data">`. */
export interface PageData {
  readonly page: "home" | "link" | "scenario";
  readonly id?: string;
  readonly topic?: string;
  readonly title?: string;
  readonly run?: Program;
}

/** A lesson as GET /api/scenarios lists it. */
export interface ScenarioEntry {
  readonly id: string;
  readonly topic: string;
  readonly number: number;
  readonly title: string;
  readonly summary: string;
}

export interface LessonProgram {
  readonly id: string;
  readonly title: string;
  readonly run: Program;
}

/** A guided stop: the `nth` crossing by the instruction on `line`, at its first event of type `event`. */
export interface LessonStop {
  readonly program: string;
  readonly line: number;
  readonly event: string;
  readonly nth: number;
  readonly says: string;
}

export interface Lesson extends ScenarioEntry {
  readonly notes: string;
  readonly programs: readonly LessonProgram[];
  readonly tags: readonly string[];
  readonly shows: readonly string[];
  readonly stops: readonly LessonStop[];
  readonly goal: string;
  readonly task_program: string;
  readonly checks: readonly { readonly says: string; readonly hint: string }[];
}
