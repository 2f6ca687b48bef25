/**
 * The lane from far away: one column a pixel. Up from the ring-3 path and down through ring 0 it shows the share of virtual time spent
 * there; what failed or ended the program stands out below.
 */

import { bands, screen, type Bands, type Scene } from "./paint";

export function paintColumns(context: CanvasRenderingContext2D, scene: Scene, band: Bands, first: number, last: number): void {
  const { palette, layout, timeline, height } = scene;
  const columns = Math.ceil(scene.width) + 1;
  const user = new Float64Array(columns);
  const kernel = new Float64Array(columns);
  const bad = new Uint8Array(columns);
  for (let at = first; at <= last; at++) {
    const placed = layout.cells[at];
    const crossing = placed === undefined ? undefined : timeline.crossings[placed.cell.from];
    if (placed === undefined || crossing === undefined) continue;
    const from = Math.max(0, Math.floor(screen(scene, placed.x)));
    const to = Math.min(columns - 1, Math.max(from, Math.ceil(screen(scene, placed.x + placed.width)) - 1));
    for (let x = from; x <= to; x++) {
      user[x] = (user[x] ?? 0) + crossing.userNs;
      kernel[x] = (kernel[x] ?? 0) + crossing.kernelNs;
      if (crossing.errno !== null || (crossing.fatal && crossing.signal !== "")) bad[x] = 1;
    }
  }
  const { kernel: middle, box } = bands(height);
  const room = band.top - 12;
  for (let x = 0; x < columns; x++) {
    const [above, below] = [user[x] ?? 0, kernel[x] ?? 0];
    const all = above + below;
    if (all === 0) continue;
    context.fillStyle = palette.ring3;
    const up = Math.max(1, (above / all) * room);
    context.fillRect(x, band.top - 2 - up, 1, up);
    context.fillStyle = palette.ring0;
    context.fillRect(x, band.bottom + 2, 1, Math.max(1, (below / all) * (middle + box - band.bottom - 2)));
    if (bad[x] === 1) {
      context.fillStyle = palette.bad;
      context.fillRect(x, middle + box + 5, 1, 8);
    }
  }
}
