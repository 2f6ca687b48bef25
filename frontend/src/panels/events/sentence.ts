/** An event in one line. */

import type { AnyEvent } from "../../protocol/events.gen";
import { base64Length } from "../../base/bytes";
import { exitText } from "../../timeline/strace";

export interface Sentence {
  readonly text: string;
  /** Where the CPU is behind it. */
  readonly ring: 0 | 3;
  readonly bad: boolean;
}

export function sentence(event: AnyEvent): Sentence {
  const said = (text: string, ring: 0 | 3 = 0, bad = false): Sentence => ({ text, ring, bad });
  switch (event.type) {
    case "keyframe":
      return said("the run begins");
    case "ring":
      return said(`ring ${event.cpl_from} → ring ${event.cpl_to} by ${event.via}, at ${event.rip_from}`, event.cpl_to === 3 ? 3 : 0);
    case "kernel.entry":
      return said(`entry code ${event.symbol}: ${event.instructions} instructions`);
    case "syscall.enter":
      return said(`${event.name}(${event.args.map((arg) => arg.text).join(", ")})`);
    case "syscall.exit":
      return said(`${event.name} = ${event.text}`, 0, event.errno !== null);
    case "fault":
      return said(`${event.name} (vector ${event.vector}, error code ${event.error_code}) at ${event.rip}`, 0, true);
    case "page.walk":
      return said(`page walk for ${event.address}: ${event.result}`);
    case "page.in":
      return said(`page ${event.address} provided: ${event.kind}, ${event.prot}`);
    case "msr":
      return said(`${event.op} ${event.name} = ${event.value}`);
    case "unmodelled":
      return said(`not modelled: ${event.what}; answered ${event.answer}`, 0, true);
    case "signal.send":
      return said(`${event.name} sent to ${event.target}`, 0, true);
    case "signal.deliver":
      return said(`${event.name} delivered: ${event.action}`, 0, event.action === "core" || event.action === "terminate");
    case "task.start":
      return said(`process ${event.pid} (${event.comm}) exists`);
    case "task.exec":
      return said(`${event.path} loaded, entry ${event.entry}`);
    case "task.exit":
      return said(exitText(event.exit, event.core_dumped).replace(/^\+\+\+ | \+\+\+$/g, ""), 0, typeof event.exit.signal === "string");
    case "output":
      return said(`${base64Length(event.data)} bytes to descriptor ${event.fd}`);
    case "stop":
      return said(`the run is over: ${event.reason}${event.limit === null ? "" : ` (${event.limit})`}`);
    default:
      return said(event.type);
  }
}
