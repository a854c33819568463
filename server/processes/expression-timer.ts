/**
 * Measures regular expressions in a process that is killed where one does not come back. Expressions are text here, never code; the process runs a script of
 * ours with no rights that it does not need.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as z from "zod";
import { attackOf } from "../rewards/lint/attack-texts";
import type { Expression, Measured } from "../rewards/lint/expressions";
import { parseBoundedJson } from "../shared/bounded-json";
import { ownTime } from "../shared/running-time";
import { rewardEnvironment } from "./runtime";

/** Milliseconds after which an expression is ended on one of its texts. */
const usualLimit = 2000;

/** Sizes of texts: what takes exponentially long is told by a short one. */
const sizes = [24, 200, 2000];

/** Says before each text which it is, and how long it took. */
const script = `
const lines = require("node:readline").createInterface({ input: process.stdin });
const say = (value) => process.stdout.write(JSON.stringify(value) + "\\n");
lines.on("line", (line) => {
  const { source, flags, jobs, milliseconds } = JSON.parse(line);
  let worst = null;
  try {
    for (const [index, text] of jobs.entries()) {
      say({ at: index });
      const expression = new RegExp(source, flags.replace("y", ""));
      const started = performance.now();
      text.replace(expression, "");
      const took = performance.now() - started;
      if (took >= milliseconds) {
        // Once more: a processor that was busy is none of its doing.
        const again = performance.now();
        text.replace(expression, "");
        const second = Math.min(took, performance.now() - again);
        if (second >= milliseconds) { worst = { at: index, took: second }; break; }
      }
    }
  } catch {}
  say({ done: true, worst });
});`;

const saidSchema = z.union([
  z.object({ done: z.literal(true), worst: z.object({ at: z.int(), took: z.number() }).nullable() }),
  z.object({ at: z.int() }),
]);

interface Job {
  readonly text: Measured["text"];
  readonly characters: number;
}

function jobsOf({ texts, characters }: Expression): Job[] {
  return [...sizes.filter((size) => size < characters), characters].flatMap((size) =>
    texts.map((text) => ({ text, characters: size })),
  );
}

/** Measures one after the other, in their order: the slowest text of each, or null where all are quick. */
export async function measureExpressions(
  expressions: readonly Expression[],
  limit = usualLimit,
): Promise<(Measured | null)[]> {
  const results: (Measured | null)[] = [];
  while (results.length < expressions.length) {
    const measured = await inOneProcess(expressions.slice(results.length), limit);
    results.push(...measured);
    // A process that cannot be started measures nothing.
    if (measured.length === 0) results.push(null);
  }
  return results;
}

/** As many as come back, and the one that does not. */
async function inOneProcess(expressions: readonly Expression[], limit: number): Promise<(Measured | null)[]> {
  const child = spawn(process.execPath, ["--max-old-space-size=256", "-e", script], {
    env: rewardEnvironment(),
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  });
  const killWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  const closed = once(child, "close").catch(() => undefined);
  const lines = createInterface({ input: child.stdout });
  const results: (Measured | null)[] = [];
  let at: Job | null = null;
  let takeBack: () => void = () => undefined;
  let next = 0;
  const watch = (): void => {
    takeBack();
    takeBack = ownTime.after(limit, killWithUs);
  };
  let jobs: readonly Job[] = [];
  const send = (): void => {
    const expression = expressions[next++];
    if (expression === undefined) {
      child.stdin.end();
      return;
    }
    const { source, flags, milliseconds } = expression;
    jobs = jobsOf(expression);
    at = null;
    const texts = jobs.map(({ text, characters }) => attackOf(text, characters));
    child.stdin.write(`${JSON.stringify({ source, flags, milliseconds, jobs: texts })}\n`);
    watch();
  };
  lines.on("line", (line) => {
    const said = saidSchema.safeParse(parsed(line)).data;
    if (said === undefined) return;
    if ("at" in said) {
      at = jobs[said.at] ?? null;
      watch();
      return;
    }
    const job = said.worst === null ? undefined : jobs[said.worst.at];
    results.push(job && said.worst ? { ...job, milliseconds: said.worst.took, ended: false } : null);
    send();
  });
  send();
  await closed;
  takeBack();
  process.off("exit", killWithUs);
  const hung = at as Job | null;
  if (results.length < expressions.length && hung !== null) results.push({ ...hung, milliseconds: limit, ended: true });
  return results;
}

function parsed(line: string): unknown {
  try {
    return parseBoundedJson(line);
  } catch {
    return null;
  }
}
