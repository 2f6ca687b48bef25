/** Where one looks at the lane: how near, and how far along. Until the user moves it, it shows the run from its beginning. */

import type { Layout } from "./layout";

export interface View {
  /** Pixels a unit. */
  readonly zoom: number;
  /** Unit at the left edge. */
  readonly left: number;
}

const CLOSEST = 2.5;
/** A short run is drawn this large; a long one not smaller than READABLE unless the user wants to see all of it. */
const COMFORT = 1.2;
const READABLE = 0.9;
const EDGE = 12;

export class Camera {
  view = $state.raw<View>({ zoom: 1, left: 0 });
  /** The user has moved it: new events do not. */
  private held = false;
  private layout: Layout | null = null;
  private width = 0;

  /** The run grew, or the canvas changed its size. */
  fit(layout: Layout, width: number): void {
    this.layout = layout;
    this.width = width;
    const { zoom, left } = this.view;
    this.view = this.held ? this.clamped(zoom, left) : this.clamped(Math.max(READABLE, this.whole), left);
  }

  /** The zoom at which the whole run is seen. */
  private get whole(): number {
    return Math.min(COMFORT, Math.max(0.0004, (this.width - 2 * EDGE) / Math.max(1, this.layout?.width ?? 1)));
  }

  private clamped(zoom: number, left: number): View {
    const near = Math.min(CLOSEST, Math.max(this.whole, zoom));
    const most = (this.layout?.width ?? 0) - (this.width - EDGE) / near;
    return { zoom: near, left: Math.max(-EDGE / near, Math.min(left, most)) };
  }

  zoomBy(factor: number, around = this.width / 2): void {
    const unit = this.view.left + around / this.view.zoom;
    const { zoom } = this.clamped(this.view.zoom * factor, 0);
    this.held = true;
    this.view = this.clamped(zoom, unit - around / zoom);
  }

  panTo(left: number): void {
    this.held = true;
    this.view = this.clamped(this.view.zoom, left);
  }

  showWhole(): void {
    this.held = true;
    this.view = this.clamped(this.whole, 0);
  }

  reset(): void {
    this.held = false;
  }

  /** Bring unit `x` into sight. */
  reveal(x: number): void {
    const { zoom, left } = this.view;
    const at = (x - left) * zoom;
    const margin = Math.min(140, this.width / 4);
    if (at < margin) this.view = this.clamped(zoom, x - margin / zoom);
    else if (at > this.width - margin) this.view = this.clamped(zoom, x - (this.width - margin) / zoom);
  }
}
