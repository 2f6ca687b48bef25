import { beforeEach, expect, test } from "vitest";
import type { AnyEvent, Report } from "../protocol/events.gen";
import { LiveSource, type Outside, type Socket } from "./live";
import type { Sink } from "./source";

const event = (seq: number): AnyEvent => ({ type: "output", seq, t: 0, n: 0, tid: 2, fd: 1, data: "" });
const range = (from: number, to: number): AnyEvent[] => Array.from({ length: to - from + 1 }, (_, at) => event(from + at));
const report = (events: number): Report => ({ outcome: "exited", exit: { code: 0 }, diagnostics: [], limit: null, message: "", stdout: "",
  stderr: "", strace: [], instructions: 1, virtual_ns: 1, events, unmodelled: [] });

class World implements Outside {
  urls: string[] = [];
  sockets: Socket[] = [];
  waits: { ms: number; act: () => void }[] = [];
  answers = new Map<string, unknown>();
  open(run: string, after: number): Socket {
    this.urls.push(`${run} after ${after}`);
    const socket: Socket = { onmessage: null, onclose: null, close: () => undefined };
    this.sockets.push(socket);
    return socket;
  }
  async get(url: string): Promise<unknown> {
    this.urls.push(url);
    if (!this.answers.has(url)) throw new Error("unreachable");
    return this.answers.get(url);
  }
  later(ms: number, act: () => void): () => void {
    this.waits.push({ ms, act });
    return () => undefined;
  }
  say(frame: object): void {
    this.sockets.at(-1)?.onmessage?.({ data: JSON.stringify(frame) });
  }
  cut(code = 1006): void {
    this.sockets.at(-1)?.onclose?.({ code, reason: "" });
  }
  wait(): number {
    const next = this.waits.shift();
    next?.act();
    return next?.ms ?? -1;
  }
}

let world: World;
let seen: number[];
let ended: Report[];
let failed: string[];
let links: string[];
const sink: Sink = {
  events: (items) => seen.push(...items.map((item) => item.seq)),
  state: () => undefined,
  link: (link) => links.push(link),
  end: (done) => ended.push(done),
  failed: (message) => failed.push(message),
};

beforeEach(() => {
  [world, seen, ended, failed, links] = [new World(), [], [], [], []];
});

test("a broken socket resumes behind the last event, and repeats are dropped", () => {
  new LiveSource("r", world).start(sink);
  world.say({ type: "hello", run: "r", schema: 1, engine: "0", state: "running", after: 0 });
  world.say({ type: "events", from: 1, items: range(1, 5) });
  world.cut();
  expect(world.wait()).toBeGreaterThan(0);
  expect(world.urls).toEqual(["r after 0", "r after 5"]);
  world.say({ type: "events", from: 4, items: range(4, 8) });
  world.say({ type: "end", report: report(8) });
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(ended).toHaveLength(1);
  expect(links.at(-1)).toBe("ended");
});

test("a gap is never handed on: the stream is asked for again", () => {
  new LiveSource("r", world).start(sink);
  world.say({ type: "events", from: 1, items: range(1, 2) });
  world.say({ type: "events", from: 5, items: range(5, 6) });
  expect(seen).toEqual([1, 2]);
  world.wait();
  expect(world.urls.at(-1)).toBe("r after 2");
});

test("an end that comes before all events asks for the rest", () => {
  new LiveSource("r", world).start(sink);
  world.say({ type: "events", from: 1, items: range(1, 2) });
  world.say({ type: "end", report: report(4) });
  expect(ended).toHaveLength(0);
  world.wait();
  world.say({ type: "events", from: 3, items: range(3, 4) });
  world.say({ type: "end", report: report(4) });
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(ended).toHaveLength(1);
});

test("waits grow while nobody answers and are bounded", () => {
  new LiveSource("r", world).start(sink);
  const waits: number[] = [];
  for (let at = 0; at < 2; at++) {
    world.cut();
    waits.push(world.wait());
  }
  expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
});

test("where sockets do not get through, the log is read over HTTP", async () => {
  new LiveSource("r", world).start(sink);
  world.answers.set("/api/runs/r/events?after=0", { items: range(1, 3) });
  world.answers.set("/api/runs/r", { id: "r", state: "done", report: report(3) });
  for (let at = 0; at < 3; at++) {
    world.cut();
    world.wait();
  }
  await new Promise((done) => setTimeout(done, 0));
  expect(seen).toEqual([1, 2, 3]);
  expect(ended).toHaveLength(1);
});

test("an unknown run is said, not retried", () => {
  new LiveSource("nobody", world).start(sink);
  world.cut(4404);
  expect(failed).toHaveLength(1);
  expect(world.waits).toEqual([]);
});

test("stopped means silent", () => {
  const source = new LiveSource("r", world);
  source.start(sink);
  source.stop();
  world.say({ type: "events", from: 1, items: range(1, 1) });
  world.cut();
  expect([seen, world.waits]).toEqual([[], []]);
});
