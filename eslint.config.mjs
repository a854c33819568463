import importX from "eslint-plugin-import-x";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import tseslint from "typescript-eslint";

/**
 * The rooms of server/, top to bottom: a room may import what stands below it, never above (ARCHITECTURE.md, "Code map").
 * `protocol` and `shared` stand at the very bottom: everything may import them, they import nothing of ours.
 */
const rooms = [
  ["server/main.ts", "server/cli.ts", "server/supervisor-process.ts"],
  ["server/language", "server/terminal"],
  ["server/supervisor"],
  ["server/comparison"],
  ["server/trainer.ts", "server/engine-probe.ts"],
  ["server/engine-setup"],
  ["server/stages"],
  ["server/evaluation"],
  ["server/rollouts"],
  ["server/models"],
  ["server/runs"],
  ["server/rewards", "server/tasks"],
  ["server/behaviours", "server/filters", "server/labels"],
  ["server/algorithms"],
  ["server/engine"],
  ["server/recipes"],
  ["server/verifiers"],
  ["server/kernels"],
  ["server/rows"],
  ["server/files"],
  ["server/protocol", "server/shared"],
];

const above = rooms.flatMap((room, level) =>
  room.map((target) => ({
    target: `./${target}`,
    from: [...rooms.slice(0, level).flat(), ...room.filter((other) => other !== target), "client", "webviews"].map(
      (path) => `./${path}`,
    ),
    message: "Imports point down the list of rooms only (ARCHITECTURE.md, Code map).",
  })),
);

const libraries = {
  vscode: {
    group: ["vscode", "vscode-languageclient", "vscode-languageclient/*"],
    message: "Only client/ talks to VS Code.",
  },
  lsp: {
    group: ["vscode-languageserver", "vscode-languageserver/*", "vscode-languageserver-textdocument"],
    message: "Only server/main.ts and server/language/ know LSP.",
  },
};
const forbid = (files, ...names) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: names.map((name) => libraries[name]) }] },
});

export default tseslint.config(
  {
    ignores: [
      "dist/**",
      "node_modules/**",
      ".vscode-test/**",
      "samples/**",
      "test/bench/reference-task/**",
      "server/kernels/**",
      "**/*.mjs",
      "**/*.js",
      "**/*.cjs",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: ["./tsconfig.json", "./webviews/tsconfig.json"], tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [
        createTypeScriptImportResolver({
          project: ["tsconfig.json", "webviews/tsconfig.json"],
          noWarnOnMultipleProjects: true,
        }),
      ],
    },
    rules: {
      "import-x/no-restricted-paths": [
        "error",
        {
          zones: [
            ...above,
            {
              target: "./client",
              from: ["./webviews/**/*", "./server/!(protocol|shared)/**/*", "./server/*.ts"],
              message: "The client knows the server only through server/protocol and server/shared.",
            },
            {
              target: "./webviews",
              from: ["./client/**/*", "./server/!(protocol|shared)/**/*", "./server/*.ts"],
              message: "Pages know the rest only through server/protocol and server/shared.",
            },
          ],
        },
      ],
      "import-x/no-cycle": "error",
      "no-restricted-syntax": [
        "error",
        {
          // An object of everything is bundled with everything: messages in 50 languages, half a megabyte.
          selector: "ImportDeclaration[source.value='zod'] :matches(ImportSpecifier, ImportDefaultSpecifier)",
          message: 'Write: import * as z from "zod".',
        },
        {
          selector: "MemberExpression[property.name=/^show(Information|Warning|Error)Message$/]",
          message: "Use client/messages.ts: notifications make links, of commands too, of what a run says.",
        },
      ],
      "no-eval": "error",
      "no-new-func": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  forbid(["server/**/*.ts", "webviews/**/*.ts", "test/**/*.ts"], "vscode", "lsp"),
  forbid(["server/main.ts", "server/language/**/*.ts"], "vscode"),
  forbid(["client/**/*.ts"], "lsp"),
  { files: ["client/messages.ts"], rules: { "no-restricted-syntax": "off" } },
  { files: ["test/vscode/**/*.ts"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["test/**/*.ts", "**/*.test.ts"],
    rules: { "@typescript-eslint/no-floating-promises": "off", "@typescript-eslint/require-await": "off" },
  },
);
