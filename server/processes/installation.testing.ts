/** A product of a few files, built into a temporary folder, with a trainer that does what a test says. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import type { Installation } from "./installation";

const server = join(__dirname, "..");

export const temporaryFolder = (name: string) => mkdtempSync(join(realpathSync(tmpdir()), `reasoning-lab-${name}-`));

/** `trainer` is TypeScript; it may import from `server/`. */
export function testInstallation(trainer = ""): Installation {
  const distFolder = temporaryFolder("dist");
  const common = { bundle: true, platform: "node", target: "node22", logLevel: "silent" } as const;
  buildSync({
    ...common,
    entryPoints: {
      "reward-process": join(server, "rewards", "reward-process.ts"),
      watchdog: join(server, "processes", "watchdog-process.ts"),
    },
    outdir: distFolder,
  });
  buildSync({
    ...common,
    format: "esm",
    entryPoints: [join(server, "rewards", "reasoning-lab.ts")],
    outfile: join(distFolder, "reasoning-lab.mjs"),
  });
  buildSync({
    ...common,
    stdin: { contents: trainer, resolveDir: server, loader: "ts" },
    outfile: join(distFolder, "trainer.js"),
  });
  return { distFolder };
}

/** One whose rewards have found a way to their channel to the supervisor: `written(text)` writes there what they like. */
export function installationWithChannel(): Installation {
  const opened = testInstallation();
  const script = join(opened.distFolder, "reward-process.js");
  const written = `const raw = require("node:fs");
    globalThis.written = (text) => { raw.writeSync(4, text); };
    globalThis.sent = process.send;`;
  writeFileSync(script, `${written}\n${readFileSync(script, "utf8")}`);
  return opened;
}

/** Writes files into a new folder and returns it. */
export function projectFolder(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder("project");
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, ...name.split("/"));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}
