/**
 * The browser's sockets for runs. One is opened ahead of time, without a run: at the press on Run nobody waits for a handshake.
 *
 * A spare socket that is not there, or has been closed meanwhile, costs nothing but that handshake.
 */

import type { Socket } from "./live";

const address = (path: string): URL => new URL(path, location.href.replace(/^http/, "ws"));

let spare: WebSocket | null = null;

/** Have a socket ready for the next run. */
export function prepareSocket(): void {
  if (spare !== null) return;
  const socket = new WebSocket(address("/ws/spare/"));
  socket.onclose = () => {
    if (spare === socket) spare = null;
  };
  spare = socket;
}

/** A socket that tells of `run` behind event `after`. */
export function openSocket(run: string, after: number): Socket {
  if (spare?.readyState === WebSocket.OPEN) {
    const socket = spare;
    spare = null;
    socket.onclose = null;
    socket.send(JSON.stringify({ run, after }));
    return socket as Socket;
  }
  return new WebSocket(address(`/ws/runs/${encodeURIComponent(run)}/?after=${after}`)) as Socket;
}
