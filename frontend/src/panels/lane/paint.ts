/** One picture of the lane: a function of what is known, where one looks and what is selected. Keeps nothing between two calls. */

import type { Crossing } from "../../timeline/crossings";
import type { Timeline } from "../../timeline/timeline";
import type { View as Camera } from "./camera.svelte";
import { label, Layout, shape, type Placed, type Shape } from "./layout";
import type { Palette } from "./palette";
import { paintColumns } from "./columns";
import { box, fitted, pill, segment, text } from "./pen";


export interface Scene {
  readonly timeline: Timeline;
  readonly layout: Layout;
  readonly camera: Camera;
  readonly palette: Palette;
  readonly width: number;
  readonly height: number;
  /** Crossing and event selected; -1 and 0 = none. */
  readonly crossing: number;
  readonly seq: number;
  readonly hover: number;
  readonly running: boolean;
}

/** Zoom below which boxes lose their words, and below which cells become columns. */
const WORDS = 0.62;
const COLUMN_PX = 7;

export interface Bands {
  readonly user: number;
  readonly top: number;
  readonly bottom: number;
  readonly kernel: number;
  readonly box: number;
}

/** Vertical places: the path in ring 3, the boundary's two edges, the path in ring 0, half a box. */
export function bands(height: number): Bands {
  const top = Math.round(height * 0.34);
  const bottom = top + Math.max(24, Math.round(height * 0.15));
  const kernel = Math.round((bottom + height) / 2);
  return { user: Math.round(top * 0.62), top, bottom, kernel, box: Math.min(24, (height - bottom) / 2 - 6) };
}

export function paint(context: CanvasRenderingContext2D, scene: Scene): void {
  const { width, height, palette, layout, camera } = scene;
  const band = bands(height);
  context.clearRect(0, 0, width, height);
  context.fillStyle = palette.ring3Tint;
  context.fillRect(0, 0, width, band.top);
  context.fillStyle = palette.ring0Tint;
  context.fillRect(0, band.bottom, width, height - band.bottom);
  context.fillStyle = palette.surface;
  context.fillRect(0, band.top, width, band.bottom - band.top);
  for (const [y, colour] of [[band.top, palette.ring3Line], [band.bottom - 1, palette.ring0Line]] as const) {
    context.fillStyle = colour;
    context.fillRect(0, y, width, 1);
  }
  if (layout.cells.length === 0) return;
  const here = instant(scene, band);
  if (here !== null) hair(context, scene, here.x);
  const first = layout.cellAt(camera.left);
  const last = layout.cellAt(camera.left + width / camera.zoom);
  const density = (last - first + 1) / width;
  if (density > 1 / COLUMN_PX) paintColumns(context, scene, band, first, last);
  else for (let at = first; at <= last; at++) paintCell(context, scene, band, layout.cells[at] as Placed);
  if (here !== null) dot(context, scene, here.x, here.y);
}

export function screen(scene: Scene, units: number): number {
  return (units - scene.camera.left) * scene.camera.zoom;
}

function paintCell(context: CanvasRenderingContext2D, scene: Scene, band: Bands, placed: Placed): void {
  const { cell } = placed;
  let x = placed.x;
  if (cell.times > 1) backing(context, scene, band, placed);
  for (let at = 0; at < cell.period; at++) {
    const crossing = scene.timeline.crossings[Layout.shown(cell, at, scene.crossing)];
    if (crossing === undefined) continue;
    const form = shape(crossing);
    paintCrossing(context, scene, band, crossing, form, x);
    x += form.width;
  }
  if (cell.times > 1) {
    const from = screen(scene, x);
    const to = screen(scene, placed.x + placed.width);
    segment(context, scene.palette.ring3, from, band.user, to, band.user);
    if (to - from > 26) {
      context.font = `600 13px ${scene.palette.sans}`;
      pill(context, `×${cell.times}`, (from + to) / 2, band.user, scene.palette.ring3, scene.palette.surface);
    }
  }
}

/** Folded repeats look like a stack of cards. */
function backing(context: CanvasRenderingContext2D, scene: Scene, band: Bands, placed: Placed): void {
  const x = screen(scene, placed.x) + 4;
  const width = placed.width * scene.camera.zoom - 8;
  context.strokeStyle = scene.palette.ring0Line;
  context.lineWidth = 1;
  for (const inset of [0, 4]) {
    context.strokeRect(x + inset + 0.5, band.kernel - band.box - 6 - inset / 2 + 0.5, Math.max(2, width - inset * 2), band.box * 2 + 12 + inset);
  }
}

function paintCrossing(context: CanvasRenderingContext2D, scene: Scene, band: Bands, crossing: Crossing, form: Shape, units: number): void {
  const { palette, camera } = scene;
  const at = (inside: number): number => screen(scene, units + inside);
  const bad = crossing.fatal && crossing.signal !== "";
  const faulty = crossing.kind === "fault" || crossing.kind === "interrupt";
  const words = camera.zoom >= WORDS;
  const start = crossing.kind === "start";
  const gone = crossing.closed || crossing.up > 0;
  if (!start) {
    segment(context, palette.ring3, at(0), band.user, at(form.drop), band.user);
    if (words && crossing.ran > 0 && form.drop * camera.zoom > 22) {
      const room = form.drop * camera.zoom > 54;
      text(context, room ? `${crossing.ran} ins` : String(crossing.ran), (at(0) + at(form.drop)) / 2, band.user - 9, `11px ${palette.sans}`, palette.ring3, "center");
    }
    slope(context, scene, at(form.drop), band.user, at(form.entry), band.kernel, [palette.ring3, palette.ring0], faulty);
    if (faulty) diamond(context, (at(form.drop) + at(form.entry)) / 2, (band.top + band.bottom) / 2, crossing, palette, words);
    else if (words) gate(context, scene, at(form.drop), band, crossing.gate || "syscall");
  }
  if (form.body > form.entry) entryCode(context, scene, band, at(form.entry), at(form.body), words, crossing);
  handler(context, scene, band, crossing, at(start ? form.drop : form.body), at(form.rise), words);
  if (crossing.fatal) ending(context, scene, band, crossing, at(form.rise), bad);
  else if (gone) {
    slope(context, scene, at(form.rise), band.kernel, at(form.width), band.user, [palette.ring0, palette.ring3], false);
  }
}

function entryCode(context: CanvasRenderingContext2D, scene: Scene, band: Bands, from: number, to: number, words: boolean, crossing: Crossing): void {
  const { palette } = scene;
  segment(context, palette.ring0, from, band.kernel, to, band.kernel);
  if (to - from < 30) return;
  for (let x = from + 8; x < to - 6; x += 7) segment(context, palette.ring0, x, band.kernel - 4, x, band.kernel + 4, 1.5);
  if (!words) return;
  text(context, "entry", (from + to) / 2, band.kernel - 10, `11px ${palette.sans}`, palette.ring0, "center");
  const instructions = crossing.entryInstructions;
  if (instructions > 0) text(context, `${instructions} ins`, (from + to) / 2, band.kernel + 20, `11px ${palette.sans}`, palette.ring0, "center");
}

function handler(context: CanvasRenderingContext2D, scene: Scene, band: Bands, crossing: Crossing, from: number, to: number, words: boolean): void {
  const { palette } = scene;
  const selected = crossing.index === scene.crossing;
  const hovered = crossing.index === scene.hover;
  const failed = crossing.errno !== null || (crossing.fatal && crossing.signal !== "");
  const calm = (crossing.kind === "fault" && !crossing.fatal) || crossing.kind === "start";
  const half = calm ? band.box * 0.8 : band.box;
  box(context, from, band.kernel - half, to - from, half * 2, crossing.kind === "fault" ? "cut" : "round");
  context.fillStyle = failed ? palette.badTint : palette.surface;
  context.fill();
  context.lineWidth = selected ? 3 : hovered ? 2 : 1.5;
  context.strokeStyle = failed ? palette.bad : palette.ring0;
  if (crossing.unmodelled) context.setLineDash([4, 3]);
  context.stroke();
  context.setLineDash([]);
  if (!words || to - from < 30) return;
  const colour = failed ? palette.bad : palette.ring0;
  const centre = (from + to) / 2;
  const second = crossing.fatal && crossing.end === 0 && crossing.kind === "syscall" ? "never returns" : label(crossing);
  const { name } = crossing;
  const room = to - from - (crossing.kind === "fault" ? 20 : 12);
  const [strong, plain] = [`600 13px ${palette.mono}`, `12px ${palette.mono}`];
  const below = fitted(context, second, room, plain);
  text(context, fitted(context, name, room, strong), centre, band.kernel + (below === "" ? 5 : -3), strong, colour, "center");
  if (below !== "") text(context, below, centre, band.kernel + 13, plain, failed ? palette.bad : palette.ink2, "center");
}

function ending(context: CanvasRenderingContext2D, scene: Scene, band: Bands, crossing: Crossing, from: number, bad: boolean): void {
  const { palette } = scene;
  const x = from + 22 * scene.camera.zoom;
  segment(context, palette.ring0, from, band.kernel, x, band.kernel);
  context.fillStyle = bad ? palette.bad : palette.ink;
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 3;
  context.beginPath();
  if (bad) {
    context.moveTo(x - 5, band.kernel - 5);
    context.lineTo(x + 5, band.kernel + 5);
    context.moveTo(x + 5, band.kernel - 5);
    context.lineTo(x - 5, band.kernel + 5);
    context.stroke();
  } else {
    context.rect(x - 5, band.kernel - 5, 10, 10);
    context.fill();
  }
  if (scene.camera.zoom >= WORDS * 0.8) text(context, crossing.ending, x + 13, band.kernel + 5, `600 13px ${palette.mono}`, bad ? palette.bad : palette.ink, "left");
}

function slope(context: CanvasRenderingContext2D, scene: Scene, x1: number, y1: number, x2: number, y2: number, [from, to]: readonly [string, string], dashed: boolean): void {
  const paintOf = context.createLinearGradient(0, y1, 0, y2);
  const band = bands(scene.height);
  const turn = (y: number): number => Math.min(1, Math.max(0, (y - y1) / (y2 - y1)));
  const [near, far] = y1 < y2 ? [band.top, band.bottom] : [band.bottom, band.top];
  paintOf.addColorStop(turn(near), from);
  paintOf.addColorStop(turn(far), to);
  context.strokeStyle = paintOf;
  context.lineWidth = 3;
  context.lineJoin = "round";
  if (dashed) context.setLineDash([5, 4]);
  context.beginPath();
  context.moveTo(x1, y1);
  const middle = (x1 + x2) / 2;
  context.bezierCurveTo(middle, y1, middle, y1, middle, y1 + (y2 - y1) * 0.25);
  context.lineTo(middle, y1 + (y2 - y1) * 0.75);
  context.bezierCurveTo(middle, y2, middle, y2, x2, y2);
  context.stroke();
  context.setLineDash([]);
}

/** The name of the instruction that crosses, in the boundary beside the way down. */
function gate(context: CanvasRenderingContext2D, scene: Scene, x: number, band: Bands, name: string): void {
  const y = (band.top + band.bottom) / 2 + 4;
  text(context, `↓ ${name}`, x + 14 * scene.camera.zoom + 3, y, `600 11.5px ${scene.palette.mono}`, scene.palette.ink2, "left");
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, crossing: Crossing, palette: Palette, words: boolean): void {
  const colour = crossing.fatal ? palette.bad : palette.ring0;
  const size = words ? 8 : 5;
  context.beginPath();
  context.moveTo(x, y - size);
  context.lineTo(x + size, y);
  context.lineTo(x, y + size);
  context.lineTo(x - size, y);
  context.closePath();
  context.fillStyle = crossing.fatal ? palette.bad : palette.surface;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = colour;
  context.stroke();
  if (words) text(context, crossing.kind === "fault" ? "fault" : crossing.kind, x + size + 5, y + 4, `600 11.5px ${palette.sans}`, crossing.fatal ? palette.bad : palette.ink2, "left");
}

/** Where the selected instant is on the canvas; null if it is out of sight. */
function instant(scene: Scene, band: Bands): { readonly x: number; readonly y: number } | null {
  const crossing = scene.timeline.crossings[scene.crossing];
  if (crossing === undefined || scene.seq === 0) return null;
  const { x: units, on } = scene.layout.spot(crossing, scene.seq);
  const x = Math.round(screen(scene, units));
  if (x < -20 || x > scene.width + 20) return null;
  return { x, y: { user: band.user, gate: band.top, kernel: band.kernel, box: band.kernel + band.box + 1 }[on] };
}

/** The hair line lies under everything, so that words stay readable. */
function hair(context: CanvasRenderingContext2D, { palette, height }: Scene, x: number): void {
  context.strokeStyle = palette.ink;
  context.lineWidth = 1;
  context.setLineDash([2, 3]);
  context.beginPath();
  context.moveTo(x + 0.5, 0);
  context.lineTo(x + 0.5, height);
  context.stroke();
  context.setLineDash([]);
}

function dot(context: CanvasRenderingContext2D, { palette }: Scene, x: number, y: number): void {
  context.beginPath();
  context.arc(x, y, 6.5, 0, Math.PI * 2);
  context.fillStyle = palette.ink;
  context.fill();
  context.lineWidth = 2.5;
  context.strokeStyle = palette.surface;
  context.stroke();
}
