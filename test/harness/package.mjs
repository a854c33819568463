// `npm run package`: a .vsix for each platform that is asked for, made of what a user needs and nothing else.
//   npm run package [-- --target NAME,…|all] [--out FILE]
// --target: linux-x64, linux-arm64, darwin-x64, darwin-arm64, win32-x64, win32-arm64; unset: this machine's. --out: the file, of one.
import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { installPackages } from "./install.mjs";
import { projectNode, root } from "./node.mjs";
import { platforms, thisPlatform } from "./platforms.mjs";
import { run } from "./processes.mjs";

/** What goes in beside `dist/` and the manifest. */
const contents = [
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
  "docs/glossary.md",
  "media",
  "syntaxes",
  "l10n",
  "package.nls.json",
];

/** The manifest without what only the repository needs. Everything that runs is bundled in `dist/`. */
async function writeManifest(stage) {
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  for (const key of ["private", "scripts", "dependencies", "devDependencies", "optionalDependencies", "overrides"]) {
    delete manifest[key];
  }
  manifest.files = ["dist", ...contents];
  await writeFile(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function must(args, cwd) {
  const code = await run(projectNode(), args, { cwd });
  if (code !== 0) throw new Error(`${relative(root, args[0])} ended with code ${code}.`);
}

/** The platforms that `--target` names. Throws for one that there is no package for. */
function chosenPlatforms(target) {
  if (target === "all") return platforms;
  const chosen = target?.split(",") ?? [thisPlatform];
  const unknown = chosen.filter((name) => !platforms.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no package for ${unknown.join(", ")}, only for ${platforms.join(", ")}.`);
  return chosen;
}

async function packageFor(platform, { out, "pre-release": preRelease }) {
  const stage = join(root, ".vscode-test", "package");
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  const build = ["--production", "--dist", join(stage, "dist"), "--platform", platform];
  await must([join(root, "esbuild.mjs"), ...build], root);
  const { name, version } = await writeManifest(stage);
  for (const path of contents) {
    const [from, to] = [root, stage].map((folder) => join(folder, ...path.split("/")));
    await cp(from, to, { recursive: true });
  }
  const vsix = resolve(out ?? join(root, `${name}-${platform}-${version}.vsix`));
  const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
  const kind = preRelease ? ["--pre-release"] : [];
  await must([vsce, "package", "--no-dependencies", "--target", platform, ...kind, "--out", vsix], stage);
  const { size } = await stat(vsix);
  console.log(`${vsix}: ${(size / 2 ** 20).toFixed(1)} MB. Install it with: code --install-extension ${vsix}`);
}

async function main() {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      target: { type: "string" },
      "pre-release": { type: "boolean", default: false },
    },
  });
  const chosen = chosenPlatforms(values.target);
  if (values.out !== undefined && chosen.length > 1)
    throw new Error("--out names one file: give one --target with it.");
  if (process.platform === "win32" && chosen.some((name) => !name.startsWith("win32")))
    throw new Error("Windows keeps no mark of what may be executed: package for Linux and macOS on one of these.");
  await installPackages();
  for (const platform of chosen) await packageFor(platform, values);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
