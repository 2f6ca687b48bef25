/**
 * A run as it happens, over a WebSocket that may break at any time.
 *
 * Resuming asks for what comes `after` the last event accepted, so nothing is lost or told twice. Where sockets do not get
 * through at all, the same log is read over HTTP. The service ends the conversation with an `end` frame, never by closing alone.
 */

import type { AnyEvent, Report } from "../protocol/events.gen";
import type { EventsAnswer, Frame, RunStatus } from "../protocol/service";
import { Feed } from "./feed";
import { openSocket } from "./sockets";
import type { RunSource, Sink } from "./source";

/** The part of WebSocket that is used; tests bring their own. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  close(): void;
}

export interface Outside {
  /** A socket that tells of `run` behind event `after`. */
  open(run: string, after: number): Socket;
  /** The parsed body, or null for 404. Rejects where the service cannot be reached. */
  get(url: string): Promise<unknown>;
  later(ms: number, act: () => void): () => void;
}

const FIRST_WAIT_MS = 150;
const LONGEST_WAIT_MS = 5_000;
const POLL_MS = 400;
/** Sockets that died without a single frame, in a row, before HTTP takes over. */
const SOCKETS_BEFORE_HTTP = 3;
/** Ends that came before all their events, in a row, before we stop asking again. */
const SHORT_ENDS = 5;
/** Close codes of the service's own that asking again would not change: no such run, too many sockets. */
const FINAL_CODES = 4400;

export class LiveSource implements RunSource {
  private sink: Sink | null = null;
  private socket: Socket | null = null;
  private cancelWait: () => void = () => undefined;
  private readonly feed: Feed;
  private failures = 0;
  private silentSockets = 0;
  private shortEnds = 0;
  private refusal = "";

  constructor(private readonly run: string, private readonly outside: Outside, after = 0) {
    this.feed = new Feed(after);
  }

  start(sink: Sink): void {
    this.sink = sink;
    this.connect();
  }

  stop(): void {
    this.sink = null;
    this.cancelWait();
    this.drop();
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private connect(): void {
    const { sink } = this;
    if (sink === null) return;
    if (this.silentSockets >= SOCKETS_BEFORE_HTTP) {
      this.poll();
      return;
    }
    sink.link("connecting");
    const socket = this.outside.open(this.run, this.feed.after);
    this.socket = socket;
    let heard = false;
    socket.onmessage = ({ data }) => {
      if (!heard) {
        heard = true;
        this.failures = 0;
        this.silentSockets = 0;
        sink.link("live");
      }
      this.frame(JSON.parse(String(data)) as Frame);
    };
    socket.onclose = ({ code, reason }) => {
      this.socket = null;
      if (code >= FINAL_CODES) {
        this.fail(this.refusal || reason || "The service does not show this run.");
        return;
      }
      if (!heard) this.silentSockets++;
      this.again();
    };
  }

  private frame(frame: Frame): void {
    if (frame.type === "hello") this.sink?.state(frame.state);
    else if (frame.type === "error") this.refusal = [frame.error.message, frame.error.hint].filter(Boolean).join(" ");
    else if (frame.type === "events") this.accept(frame.items);
    else this.end(frame.report);
  }

  /** False if there was a gap and the conversation starts again behind the last good event. */
  private accept(items: readonly AnyEvent[]): boolean {
    const accepted = this.feed.accept(items);
    if (accepted.gap) {
      this.drop();
      this.again();
      return false;
    }
    if (accepted.events.length > 0) this.sink?.events(accepted.events);
    return true;
  }

  private end(report: Report): void {
    this.drop();
    if (this.feed.after < report.events && this.shortEnds < SHORT_ENDS) {
      this.shortEnds++;
      this.again();
      return;
    }
    const { sink } = this;
    this.sink = null;
    this.cancelWait();
    sink?.link("ended");
    sink?.end(report);
  }

  private fail(message: string): void {
    const { sink } = this;
    this.stop();
    sink?.link("lost");
    sink?.failed(message);
  }

  private again(): void {
    if (this.sink === null) return;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures++;
    this.sink.link("waiting");
    this.cancelWait = this.outside.later(wait, () => this.connect());
  }

  /** The HTTP way: the same log, asked for every POLL_MS. */
  private poll(): void {
    if (this.sink === null) return;
    this.sink.link("polling");
    const name = encodeURIComponent(this.run);
    const ask = async (): Promise<void> => {
      const answer = (await this.outside.get(`/api/runs/${name}/events?after=${this.feed.after}`)) as EventsAnswer | null;
      const status = (await this.outside.get(`/api/runs/${name}`)) as RunStatus | null;
      if (answer === null || status === null) {
        this.fail("There is no run of this name any more.");
        return;
      }
      this.failures = 0;
      this.sink?.state(status.state);
      if (!this.accept(answer.items)) return;
      if (status.report !== null && this.feed.after >= status.report.events) this.end(status.report);
      else this.cancelWait = this.outside.later(answer.items.length > 0 ? 0 : POLL_MS, () => this.poll());
    };
    ask().catch(() => this.again());
  }
}

/** The browser's own socket, fetch and clock. */
export const browser: Outside = {
  open: openSocket,
  get: async (url) => {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response.json();
  },
  later: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
