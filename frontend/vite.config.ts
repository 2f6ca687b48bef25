import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { notices } from "./notices.ts";

/** Where `npm run dev` finds the service. */
const service = process.env["PLAYGROUND_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig(({ command }) => ({
  plugins: [svelte(), notices()],
  // Django's whitenoise serves dist/ under /static/; manifest.json tells the template the hashed names.
  base: command === "build" ? "/static/" : "/",
  build: {
    outDir: "dist",
    manifest: "manifest.json",
    target: "es2022",
    // A data: font or image would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: "src/app/main.ts",
      // The editor changes seldom and is two thirds of all: browsers keep it across releases.
      output: { manualChunks: (id) => (/node_modules\/(@codemirror|@lezer|style-mod|w3c-keyname|crelt|@marijn)/.test(id) ? "codemirror" : undefined) },
    },
  },
  server: { proxy: { "/api": service, "/ws": { target: service, ws: true } } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
}));
