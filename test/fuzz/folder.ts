/**
 * Fuzzes the run folder: files that are torn, swapped, flipped, linked elsewhere or made by somebody else. Whatever reads them returns, or throws a sentence
 * that names the run; it does not hang, end its process, or fill its memory.
 */
import { fork, type ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { damage } from "./damage";
import { memoryOf } from "./memory";
import { fuzz, fuzzOptions, type Outcome } from "./rounds";
import type { Random } from "./random";

const options = fuzzOptions();
/** Seconds without a sign of life on a busy machine. */
const patience = 120;
/** Bytes in memory, at its most. */
const mostMemory = 1.5 * 2 ** 30;

const said = z.union([z.object({ at: z.string() }), z.object({ faults: z.array(z.string()) })]);

let child: ChildProcess | null = null;
let folders = 0;

function started(): ChildProcess {
  if (child?.connected) return child;
  child = fork(join(__dirname, "folder-child.cjs"), [], {
    execArgv: ["--max-old-space-size=512", "--enable-source-maps", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  return child;
}

/** What is wrong with what a child does with a folder. */
function looked(folder: string, seed: number): Promise<string[]> {
  const current = started();
  return new Promise((resolve) => {
    let at = "its start";
    let lastWords = "";
    const hear = (chunk: Buffer): void => void (lastWords = (lastWords + chunk.toString()).slice(-3000));
    const done = (faults: string[]): void => {
      clearTimeout(timer);
      current.off("message", take).off("exit", gone);
      current.stderr?.off("data", hear);
      resolve(faults);
    };
    const late = (): void => {
      current.kill("SIGKILL");
      child = null;
      done([`${at} did not come back within ${patience} s.`]);
    };
    const gone = (code: number | null, signal: string | null): void => {
      child = null;
      done([`${at} ended the process (${signal ?? `exit code ${String(code)}`}).\n${lastWords}`]);
    };
    const take = (data: unknown): void => {
      const message = said.parse(data);
      timer.refresh();
      if ("at" in message) at = message.at;
      else done(message.faults);
    };
    const timer = setTimeout(late, patience * 1000);
    current.on("message", take).once("exit", gone);
    current.stderr?.on("data", hear);
    current.send({ folder, seed });
  });
}

async function round(random: Random): Promise<Outcome> {
  const workspace = mkdtempSync(join(options.scratch, "workspace-"));
  try {
    cpSync(options.template, workspace, { recursive: true });
    const runs = join(workspace, ".reasoning-lab", "runs");
    const folder = join(runs, readdirSync(runs)[0]!);
    const how = damage(folder, random);
    folders++;
    const faults = await looked(folder, random.below(2 ** 31));
    const memory = memoryOf(child?.pid, "VmHWM");
    if (memory > mostMemory) {
      faults.push(`It had ${Math.round(memory / 2 ** 20)} MB in memory.`);
      child?.kill("SIGKILL");
      child = null;
    }
    return { faults, input: how };
  } finally {
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
  }
}

void fuzz("folder", options, round, () => `${folders} damaged runs`).finally(() => child?.kill("SIGKILL"));
