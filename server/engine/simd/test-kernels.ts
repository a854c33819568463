/** The kernels and their helper thread, built from their sources into a temporary folder. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

/** Path of the kernels, as `startEngine` takes it. */
export function buildTestKernels(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-kernels-"));
  const kernelsFile = join(folder, "kernels.wasm");
  const root = join(__dirname, "..", "..", "..");
  execFileSync(process.execPath, [
    join(root, "node_modules", "assemblyscript", "bin", "asc.js"),
    ...["--config", join(root, "server", "kernels", "asconfig.json"), "--outFile", kernelsFile],
  ]);
  buildSync({
    ...{ bundle: true, platform: "node", target: "node22", logLevel: "silent" },
    entryPoints: { "kernel-helper": join(__dirname, "helper-thread.ts") },
    outdir: folder,
  });
  return kernelsFile;
}
