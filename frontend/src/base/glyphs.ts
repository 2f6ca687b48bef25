/**
 * Text of a program, a file name, a title: shown as it is, but unable to steer the page.
 * Control characters become their pictures (U+2400..), bidirectional overrides and invisible characters their code points.
 */

const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

export function visible(text: string): string {
  return text.replace(STEERING, (char) => {
    const code = char.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
  });
}

/** A program's output. Undecodable bytes become U+FFFD, carriage returns at a line's end are dropped. */
export function terminalText(bytes: Uint8Array): string {
  return visible(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).replace(/\r\n/g, "\n"));
}
