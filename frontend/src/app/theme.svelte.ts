/** Light or dark: the system's choice until the user makes one. */

import { recall, remember } from "./place";

export type Theme = "light" | "dark";

const system = window.matchMedia("(prefers-color-scheme: dark)");

class Themes {
  chosen = $state<Theme | null>(recall<Theme>("theme"));
  private dark = $state(system.matches);

  constructor() {
    system.addEventListener("change", (event) => (this.dark = event.matches));
  }

  get now(): Theme {
    return this.chosen ?? (this.dark ? "dark" : "light");
  }

  toggle(): void {
    this.chosen = this.now === "dark" ? "light" : "dark";
    remember("theme", this.chosen);
  }
}

export const themes = new Themes();
