/** The reference the service keeps of system calls, registers and error numbers, for completion, hover and the panels. */

export interface CatalogArgument {
  readonly name: string;
  /** The C type the manual gives it. */
  readonly type: string;
  readonly explanation: string;
}

export interface CatalogSyscall {
  readonly number: number;
  readonly name: string;
  readonly summary: string;
  readonly family: string;
  readonly man: string;
  readonly args: readonly CatalogArgument[];
  /** What the model may refuse with, in the order Linux checks. */
  readonly errors: readonly string[];
  readonly modelled: boolean;
}

export interface CatalogRegister {
  readonly name: string;
  readonly summary: string;
}

export interface CatalogErrno {
  readonly name: string;
  readonly number: number;
  readonly text: string;
}

export interface Catalog {
  readonly syscalls: readonly CatalogSyscall[];
  readonly registers: readonly CatalogRegister[];
  readonly errnos: readonly CatalogErrno[];
}

export const EMPTY: Catalog = { syscalls: [], registers: [], errnos: [] };
export const ARGUMENT_REGISTERS: readonly string[] = ["rdi", "rsi", "rdx", "r10", "r8", "r9"];

export class CatalogIndex {
  private readonly byName: ReadonlyMap<string, CatalogSyscall>;
  private readonly byRegister: ReadonlyMap<string, CatalogRegister>;
  private readonly byErrno: ReadonlyMap<string, CatalogErrno>;

  constructor(readonly catalog: Catalog) {
    this.byName = new Map(catalog.syscalls.map((call) => [call.name, call]));
    this.byRegister = new Map(catalog.registers.map((register) => [register.name, register]));
    this.byErrno = new Map(catalog.errnos.map((errno) => [errno.name, errno]));
  }

  syscall(name: string): CatalogSyscall | undefined {
    return this.byName.get(name.replace(/^(SYS_|__NR_)/, ""));
  }

  numbered(number: number): CatalogSyscall | undefined {
    return this.catalog.syscalls.find((call) => call.number === number);
  }

  register(name: string): CatalogRegister | undefined {
    return this.byRegister.get(name.toLowerCase());
  }

  errno(name: string): CatalogErrno | undefined {
    return this.byErrno.get(name);
  }
}

/** `write(fd, buf, count)`. */
export function signatureOf(call: CatalogSyscall): string {
  return `${call.name}(${call.args.map((argument) => argument.name).join(", ")})`;
}
