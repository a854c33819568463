// `npm run package`: a .vsix for this platform, made of what a user needs and nothing else.
//   npm run package [-- --out FILE]
import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { installPackages } from "./install.mjs";
import { projectNode, root } from "./node.mjs";
import { run } from "./processes.mjs";

/** What goes in beside `dist/` and the manifest. */
const contents = ["README.md", "CHANGELOG.md", "LICENSE", "media", "syntaxes"];

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

async function main() {
  const { values } = parseArgs({ options: { out: { type: "string" } } });
  await installPackages();
  const stage = join(root, ".vscode-test", "package");
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  await must([join(root, "esbuild.mjs"), "--production", "--dist", join(stage, "dist")], root);
  const { name, version } = await writeManifest(stage);
  for (const path of contents) {
    const [from, to] = [root, stage].map((folder) => join(folder, ...path.split("/")));
    await cp(from, to, { recursive: true });
  }
  const target = `${process.platform}-${process.arch}`;
  const vsix = resolve(values.out ?? join(root, `${name}-${target}-${version}.vsix`));
  const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
  await must([vsce, "package", "--no-dependencies", "--target", target, "--out", vsix], stage);
  const { size } = await stat(vsix);
  console.log(`${vsix}: ${(size / 2 ** 20).toFixed(1)} MB. Install it with: code --install-extension ${vsix}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
