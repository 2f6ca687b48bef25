/** The few strokes the lane is made of. */

export function segment(context: CanvasRenderingContext2D, colour: string, x1: number, y1: number, x2: number, y2: number, width = 3): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

export function text(context: CanvasRenderingContext2D, words: string, x: number, y: number, font: string, colour: string, align: CanvasTextAlign): void {
  context.font = font;
  context.fillStyle = colour;
  context.textAlign = align;
  context.fillText(words, x, y);
}

export function pill(context: CanvasRenderingContext2D, words: string, x: number, y: number, back: string, front: string): void {
  const width = context.measureText(words).width + 14;
  context.beginPath();
  context.roundRect(x - width / 2, y - 11, width, 22, 11);
  context.fillStyle = back;
  context.fill();
  context.fillStyle = front;
  context.textAlign = "center";
  context.fillText(words, x, y + 4.5);
}

export function box(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, corner: "round" | "cut"): void {
  context.beginPath();
  if (corner === "round") {
    context.roundRect(x, y, Math.max(1, width), height, 6);
    return;
  }
  const cut = Math.min(8, width / 4);
  context.moveTo(x + cut, y);
  context.lineTo(x + width - cut, y);
  context.lineTo(x + width, y + height / 2);
  context.lineTo(x + width - cut, y + height);
  context.lineTo(x + cut, y + height);
  context.lineTo(x, y + height / 2);
  context.closePath();
}

/** `words`, shortened with an ellipsis to fit; nothing if not even two letters would. */
export function fitted(context: CanvasRenderingContext2D, words: string, room: number, font: string): string {
  context.font = font;
  if (context.measureText(words).width <= room) return words;
  const letter = context.measureText("0").width;
  const letters = Math.floor(room / letter) - 1;
  return letters < 2 ? "" : `${words.slice(0, letters)}…`;
}
