import importX from "eslint-plugin-import-x";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import tseslint from "typescript-eslint";
import { families, pages, rooms } from "./test/lint/rooms.mjs";
import stageKinds from "./test/lint/stage-kinds.mjs";

const above = rooms.flatMap((room, level) =>
  room.map((target) => ({
    target: `./${target}`,
    from: [...rooms.slice(0, level).flat(), ...room.filter((other) => other !== target), "client", "webviews"].map(
      (path) => `./${path}`,
    ),
    message: "Imports point down the list of rooms only (test/lint/rooms.mjs; ARCHITECTURE.md, Code map).",
  })),
);

const between = (places, message) =>
  places.map((place) => ({
    target: `./${place}`,
    from: places.filter((other) => other !== place).map((other) => `./${other}`),
    message,
  }));

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
const english = {
  group: ["lit"],
  importNames: ["html", "svg"],
  message: "Pages are written with html and svg of webviews/shared/l10n, which have the reader's language.",
};
const testing = {
  group: ["**/*.testing"],
  message: "Support for tests is for tests: *.testing.ts is imported by *.test.ts and *.testing.ts alone.",
};
const tests = ["test/**/*.ts", "**/*.test.ts", "**/*.testing.ts"];
/** In these files: what each of `names` says is imported nowhere, and support for tests in tests alone. */
const forbid = (files, ...names) =>
  [
    { files, ignores: tests, patterns: [...names.map((name) => libraries[name]), testing] },
    {
      files: files.flatMap((pattern) => tests.map((test) => [pattern, test])),
      patterns: names.map((name) => libraries[name]),
    },
  ].map(({ patterns, ...where }) => ({ ...where, rules: { "no-restricted-imports": ["error", { patterns }] } }));

export default tseslint.config(
  {
    ignores: [
      "dist/**",
      "node_modules/**",
      ".vscode-test/**",
      "samples/**",
      "test/bench/reference-task/**",
      "test/soak/rewards/**",
      "test/rewards-in-the-wild/faulty/**",
      "test/rewards-in-the-wild/sound/**",
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
      // Without it, only files of JavaScript are looked into, and no cycle is ever found.
      "import-x/extensions": [".ts", ".mts"],
      "import-x/resolver-next": [
        createTypeScriptImportResolver({
          project: ["tsconfig.json", "webviews/tsconfig.json"],
          noWarnOnMultipleProjects: true,
        }),
      ],
    },
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "import-x/no-restricted-paths": [
        "error",
        {
          zones: [
            ...above,
            ...between(families, "A family of stages knows no other: what two need stands in server/stages."),
            ...between(pages, "A page knows no other: what two need stands in webviews/charts or webviews/shared."),
            {
              target: ["./webviews/shared", "./webviews/charts"],
              from: pages.map((page) => `./${page}`),
              message: "What pages share knows no page.",
            },
            { target: "./webviews/shared", from: "./webviews/charts", message: "Not every page has charts." },
            {
              target: "./client",
              from: ["./webviews/**/*", "./server/!(protocol|shared|statistics)/**/*", "./server/*.ts"],
              message: "The client knows the server only through server/protocol, server/shared and server/statistics.",
            },
            {
              target: "./webviews",
              from: ["./client/**/*", "./server/!(protocol|shared|statistics)/**/*", "./server/*.ts"],
              message: "Pages know the rest only through server/protocol, server/shared and server/statistics.",
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
          // Prettier sets short literals on one line; spread, they would only stand in rows of somebody's taste.
          selector: ":matches(SpreadElement) > :matches(ObjectExpression, ArrayExpression)",
          message: "Write the fields or items themselves.",
        },
        {
          selector: "MemberExpression[property.name=/^show(Information|Warning|Error)Message$/]",
          message: "Use client/messages.ts: notifications make links, of commands too, of what a run says.",
        },
        {
          selector: "CallExpression[callee.object.property.name='commands'][callee.property.name='registerCommand']",
          message: "Use registerCommand of client/failures.ts: a command that fails says why, with what helps.",
        },
      ],
      // To a terminal everything goes through server/terminal/print.ts, where nothing is obeyed.
      "no-console": "error",
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
  ...forbid(["server/**/*.ts", "webviews/**/*.ts", "test/**/*.ts"], "vscode", "lsp"),
  {
    files: ["webviews/**/*.ts"],
    ignores: [...tests, "webviews/shared/l10n.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [libraries.vscode, libraries.lsp, testing, english] }] },
  },
  ...forbid(["server/main.ts", "server/language/**/*.ts"], "vscode"),
  ...forbid(["client/**/*.ts"], "lsp"),
  {
    files: ["server/language/**/*.ts", "client/**/*.ts", "webviews/**/*.ts"],
    ignores: ["**/*.test.ts", "**/*.testing.ts"],
    plugins: { lab: { rules: { "stage-kinds": stageKinds } } },
    rules: { "lab/stage-kinds": "error" },
  },
  { files: ["client/messages.ts"], rules: { "no-restricted-syntax": "off" } },
  {
    // What a reward process prints reaches its parent, which prints it so.
    files: ["server/terminal/print.ts", "server/terminal/node-version.ts", "server/rewards/confine.ts", "test/**/*.ts"],
    rules: { "no-console": "off" },
  },
  { files: ["test/vscode/**/*.ts", "test/bench/views/*.ts"], rules: { "no-restricted-imports": "off" } },
  {
    files: tests,
    rules: { "@typescript-eslint/no-floating-promises": "off", "@typescript-eslint/require-await": "off" },
  },
);
