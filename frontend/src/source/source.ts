/** Where a run's events come from: a live run or a recording, behind one interface. */

import type { AnyEvent, Report } from "../protocol/events.gen";

export type Link = "connecting" | "live" | "waiting" | "polling" | "ended" | "lost";

export interface Sink {
  events(items: readonly AnyEvent[]): void;
  /** The service says where the run stands: queued, running. */
  state(state: string): void;
  link(link: Link): void;
  end(report: Report): void;
  /** No run of this name, or it cannot be reached at all. */
  failed(message: string): void;
}

export interface RunSource {
  start(sink: Sink): void;
  stop(): void;
}
