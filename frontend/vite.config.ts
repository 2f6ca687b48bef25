import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** Where `npm run dev` finds the service. */
const service = process.env["PLAYGROUND_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig(({ command }) => ({
  plugins: [svelte()],
  // Django's whitenoise serves dist/ under /static/; manifest.json tells the template the hashed names.
  base: command === "build" ? "/static/" : "/",
  build: {
    outDir: "dist",
    manifest: "manifest.json",
    target: "es2022",
    // A data: font or image would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: "src/app/main.ts" },
  },
  server: { proxy: { "/api": service, "/ws": { target: service, ws: true } } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
}));
