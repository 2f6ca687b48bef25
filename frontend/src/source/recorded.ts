/** A finished run out of a recording (`python -m emulator run --format events` prints one), told through the live interface. */

import type { AnyEvent, Report } from "../protocol/events.gen";
import type { RunSource, Sink } from "./source";

export interface Recording {
  readonly events: readonly AnyEvent[];
  readonly report: Report;
}

export class RecordedSource implements RunSource {
  private stopped = false;

  constructor(private readonly recording: Recording) {}

  start(sink: Sink): void {
    queueMicrotask(() => {
      if (this.stopped) return;
      sink.events(this.recording.events);
      sink.link("ended");
      sink.end(this.recording.report);
    });
  }

  stop(): void {
    this.stopped = true;
  }
}
