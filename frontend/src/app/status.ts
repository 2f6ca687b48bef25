/** Where the run stands, in a few words and, if need be, a sentence. */

import { grouped } from "../base/words";
import { ending } from "../panels/moment/explain";
import type { Session } from "./session.svelte";

export interface Status {
  readonly text: string;
  readonly detail: string;
  readonly tone: "calm" | "busy" | "bad";
}

export function statusOf(session: Session): Status {
  const { phase, link, report, message } = session;
  if (phase === "failed") return { text: "Could not run", detail: message, tone: "bad" };
  if (phase === "ended" && report !== null) {
    const { title, text, bad } = ending(report);
    return { text: title, detail: report.outcome === "exited" || report.outcome === "signaled" ? "" : text, tone: bad ? "bad" : "calm" };
  }
  if (phase === "idle") return { text: "Ready", detail: "", tone: "calm" };
  const detail = link === "waiting" ? "The connection broke. Nothing is lost: the stream goes on where it stopped." : message;
  if (link === "waiting") return { text: "Reconnecting…", detail, tone: "busy" };
  if (phase === "starting") return { text: "Starting…", detail, tone: "busy" };
  if (phase === "queued") return { text: "Waiting for a free machine…", detail, tone: "busy" };
  void session.version;
  return { text: `Running, ${grouped(session.timeline.last)} events`, detail, tone: "busy" };
}
