/** What the address bar and the browser's storage remember: the run, the instant, the text. Storage may be refused: then nothing is kept. */

import type { PageData, Program } from "../protocol/service";

export interface Place {
  readonly run: string;
  readonly seq: number;
}

export function readHash(hash: string): Place {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const seq = Number(values.get("seq") ?? 0);
  const run = values.get("run") ?? "";
  return { run: /^[\w-]{1,64}$/.test(run) ? run : "", seq: Number.isSafeInteger(seq) && seq > 0 ? seq : 0 };
}

export function writeHash({ run, seq }: Place): string {
  const values = new URLSearchParams();
  if (run !== "") values.set("run", run);
  if (seq > 0) values.set("seq", String(seq));
  const text = values.toString();
  return text === "" ? "" : `#${text}`;
}

/** Which page's memory this is: a link's text is not the home page's. */
export function pageKey(page: PageData): string {
  return page.page === "home" ? "home" : `${page.page}/${page.topic ?? ""}/${page.id ?? ""}`;
}

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(`playground:${name}`, JSON.stringify(value));
  } catch {
    // Full or forbidden: the page works without.
  }
}

export function recall<Value>(name: string): Value | null {
  try {
    const text = localStorage.getItem(`playground:${name}`);
    return text === null ? null : (JSON.parse(text) as Value);
  } catch {
    return null;
  }
}

export function readPage(): PageData {
  const text = document.getElementById("page-data")?.textContent ?? "";
  if (text === "") return { page: "home" };
  return JSON.parse(text) as PageData;
}

/** The Content-Security-Policy nonce for styles that the editor makes. */
export function readNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]');
  return meta?.nonce || meta?.content || document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce || "";
}

export const HELLO: Program = {
  source: `# Write 14 bytes to standard output, then leave.
# A system call is a number in rax, up to six
# arguments, and one instruction: syscall.

    .globl _start

_start:
    mov  eax, 1            # write(
    mov  edi, 1            #   fd: stdout,
    lea  rsi, [rip + msg]  #   buf: the text,
    mov  edx, 14           #   count: its bytes)
    syscall                # ring 3 -> 0 -> 3

    mov  eax, 60           # exit(
    xor  edi, edi          #   status: 0)
    syscall                # never comes back

msg:
    .ascii "Hello, world!\\n"
`,
};
