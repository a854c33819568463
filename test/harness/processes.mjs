// Child processes that end with us, on every platform without a shell.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const children = new Set();

/** Ends what was started here and still runs. */
export function endChildren() {
  for (const child of children) child.kill();
}
process.on("exit", endChildren);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));

let waiting = false;
process.on("SIGINT", () => {
  if (!waiting) process.exit(130);
});

/** Runs a process that a Ctrl-C of the terminal, which reaches it too, ends in its own time. */
export async function runToItsEnd(command, args, options = {}) {
  waiting = true;
  try {
    return await run(command, args, options);
  } finally {
    waiting = false;
  }
}

/** Starts a process that is ended when this one ends. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: "inherit", ...options });
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
}

/** Runs a process to its end and resolves to its exit code; a process that cannot be started rejects. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, options);
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** npm's own script, so that it can be run by Node itself: on Windows `npm` is a shell script. */
function npmScript() {
  const candidates = [
    process.env.npm_execpath,
    join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js"),
    join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  return candidates.find((path) => path && /npm-cli\.c?js$/.test(path) && existsSync(path));
}

/** Runs npm quietly; rejects with its output when it fails. */
export function npm(args, cwd) {
  const script = npmScript();
  const [command, all] = script ? [process.execPath, [script, ...args]] : ["npm", args];
  return new Promise((resolve, reject) => {
    const child = start(command, all, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${args.join(" ")} failed in ${cwd}:\n${output.slice(-4000)}`)),
    );
  });
}
