/** Frames of the screen, and what stands in for them in a tab that nobody looks at. */

/** A hidden tab draws no frames; then this many milliseconds are one. */
const HIDDEN_FRAME_MS = 100;

/** Act before the next frame is drawn. Returns a way to call it off. */
export function inNextFrame(act: () => void): () => void {
  const once = (): void => {
    callOff();
    act();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, HIDDEN_FRAME_MS);
  const callOff = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  return callOff;
}
