import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const UNSAFE = ["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc"];

/** The layers of the page, lowest first: a file may import its own layer and those before it. */
const LAYERS = ["base", "protocol", "timeline", "source", "editor", "panels", "app"];

const layering = LAYERS.map((layer, at) => ({
  files: [`src/${layer}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: LAYERS.slice(at + 1).map((above) => ({ group: [`**/${above}/**`], message: `${layer} lies below ${above}` })) },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist/", "src/protocol/events.gen.ts"] },
  tseslint.configs.strict,
  svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig, extraFileExtensions: [".svelte"] } },
  },
  {
    rules: {
      "svelte/no-at-html-tags": "error",
      "svelte/require-each-key": "error",
      "no-eval": "error",
      "no-restricted-properties": ["error", ...UNSAFE.map((property) => ({ property, message: "Text of others reaches the page by textContent only." }))],
      "no-restricted-syntax": [
        "error",
        { selector: "CallExpression[callee.object.name='document'][callee.property.name='write']", message: "Never." },
      ],
      "max-lines": ["error", { max: 500 }],
      eqeqeq: ["error", "always"],
    },
  },
  ...layering,
);
