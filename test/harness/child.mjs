import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Runs a program without a shell, its output shown as it comes.
 * @param {string} program
 * @param {readonly string[]} programArguments
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<number>} the exit code; 1 when a signal ended it
 * @throws when the program cannot be started
 */
export function run(program, programArguments, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArguments, { stdio: "inherit", ...options });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** Like `run`, for what must succeed. */
export async function mustRun(program, programArguments, options = {}) {
  const code = await run(program, programArguments, options);
  if (code !== 0) throw new Error(`${[program, ...programArguments].join(" ")} ended with code ${code}.`);
}

/** Runs npm with the Node that runs this: npm's own script file, since a `.cmd` file needs a shell on Windows. */
export async function npm(npmArguments, options = {}) {
  await mustRun(process.execPath, [npmScript(), ...npmArguments], options);
}

function npmScript() {
  const node = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(node, "node_modules", "npm", "bin", "npm-cli.js"),
    join(node, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    join(node, "..", "share", "nodejs", "npm", "bin", "npm-cli.js"),
  ];
  const found = candidates.find((path) => path?.endsWith(".js") && existsSync(path));
  if (!found) throw new Error("npm was not found beside this Node. Run this through npm: npm start, npm test.");
  return found;
}
