/** The licences of what is bundled go out with the bundle: licences.txt lies beside it. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//;

export function notices(): Plugin {
  const folders = new Map<string, string>();
  return {
    name: "notices",
    apply: "build",
    /** Every module, style sheets included, passes here. */
    transform(_code, id) {
      const [, folder, name] = PACKAGE.exec(id) ?? [];
      if (folder !== undefined && name !== undefined) folders.set(name, folder);
    },
    generateBundle() {
      // Style sheets are inlined by @import before any plugin sees them.
      const own = JSON.parse(readFileSync("package.json", "utf8")) as { devDependencies: Record<string, string> };
      for (const name of Object.keys(own.devDependencies)) if (name.startsWith("@fontsource/")) folders.set(name, join("node_modules", name));
      const parts = [...folders].sort().map(([name, folder]) => `${name}\n${"=".repeat(name.length)}\n\n${licence(name, folder)}`);
      this.emitFile({ type: "asset", fileName: "licences.txt", source: `${parts.join("\n\n")}\n` });
    },
  };
}

function licence(name: string, folder: string): string {
  const file = existsSync(folder) ? readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry)) : undefined;
  if (file === undefined) throw new Error(`${name} is bundled and has no licence file`);
  return readFileSync(join(folder, file), "utf8").trim();
}
