/** Frames in, events out: each event exactly once and in order, whatever the wire repeats or loses. Rules, in one place: no I/O here. */

import type { AnyEvent } from "../protocol/events.gen";

export type Accepted = { readonly gap: false; readonly events: readonly AnyEvent[] } | { readonly gap: true };

export class Feed {
  /** Sequence number of the last event accepted; what to resume `after`. */
  after: number;

  constructor(after = 0) {
    this.after = after;
  }

  /** Events of a frame that are new. A gap accepts nothing: the caller resumes with `after`. */
  accept(items: readonly AnyEvent[]): Accepted {
    const fresh: AnyEvent[] = [];
    let last = this.after;
    for (const event of items) {
      if (event.seq <= last) continue;
      if (event.seq !== last + 1) return { gap: true };
      fresh.push(event);
      last = event.seq;
    }
    this.after = last;
    return { gap: false, events: fresh };
  }
}
