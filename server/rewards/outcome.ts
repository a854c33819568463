/** From what a reward returned or threw to an outcome, by the rules of the reward contract. */
import { fileURLToPath } from "node:url";
import type { RewardOutcome } from "../protocol/traces";
import { completionSteps, mostSteps } from "../shared/steps";

type ErrorOutcome = Extract<RewardOutcome, { kind: "error" }>;

export const errorOutcome = (message: string): ErrorOutcome => ({
  kind: "error",
  message,
  file: null,
  line: null,
  column: null,
});

const rule = "A reward returns a finite number, null, or { score, … }.";

/** What was returned, short enough for a message. */
function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object without a score";
  return String(value);
}

/** Values beside a score that are kept: each is shown with its rollout. */
const mostExtras = 1000;

/** A value that is neither a number nor a text. It costs no score that it cannot be told. */
function extraText(extra: unknown): string {
  try {
    return String(extra);
  } catch {
    return Array.isArray(extra) ? "an array" : "an object";
  }
}

/** Scores of steps as they are kept, or a sentence's end on what is wrong with them. */
function stepScores(steps: readonly unknown[], completion: string): readonly number[] | string {
  // No more of them are looked at than are taken.
  if (steps.length > mostSteps)
    return `returned ${steps.length} scores in steps. At most ${mostSteps} steps can be scored.`;
  const { length } = completionSteps(completion);
  if (steps.length !== length)
    return `returned ${steps.length} scores in steps, but completionSteps finds ${length} in this completion.`;
  const kept: number[] = [];
  for (const score of Array.from(steps)) {
    if (typeof score !== "number" || !Number.isFinite(score))
      return `returned steps in which number ${kept.length + 1} is ${shown(score)}. The score of a step is a finite number.`;
    kept.push(score);
  }
  return kept;
}

/** Outcome of one returned value. `completion`: what it was returned for; without one there are no steps. */
export function outcomeOf(value: unknown, completion = ""): RewardOutcome {
  if (value === null) return { kind: "not-applicable" };
  if (typeof value === "number")
    return Number.isFinite(value)
      ? { kind: "score", score: value, extras: {} }
      : errorOutcome(`returned ${value}. ${rule}`);
  if (typeof value !== "object" || !("score" in value)) {
    const hint = value === undefined ? " Is a `return` missing?" : "";
    return errorOutcome(`returned ${shown(value)}.${hint} ${rule}`);
  }
  const { score, ...rest }: Record<string, unknown> & { readonly score: unknown } = { ...value };
  if (score === null) return { kind: "not-applicable" };
  if (typeof score !== "number" || !Number.isFinite(score))
    return errorOutcome(`returned { score: ${shown(score)} }. ${rule}`);
  const steps = Array.isArray(rest["steps"]) ? stepScores(rest["steps"], completion) : null;
  if (typeof steps === "string") return errorOutcome(steps);
  const extras = Object.entries(rest)
    .filter(([name]) => steps === null || name !== "steps")
    .slice(0, mostExtras)
    .map(([name, extra]): [string, number | string] => [
      name,
      typeof extra === "string" || (typeof extra === "number" && Number.isFinite(extra)) ? extra : extraText(extra),
    ]);
  return { kind: "score", score, extras: Object.fromEntries(extras), ...(steps === null ? {} : { steps: [...steps] }) };
}

/** First place in a stack that is in none of our own files, as the source map tells it. */
function placeInStack(stack: string, ours: (file: string) => boolean): Pick<ErrorOutcome, "file" | "line" | "column"> {
  for (const line of stack.split("\n")) {
    const match = /^\s*at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(line);
    if (!match || match[1]!.startsWith("node:") || match[1] === "<anonymous>") continue;
    let file = match[1]!;
    if (file.startsWith("file:"))
      try {
        file = fileURLToPath(file);
      } catch {
        continue;
      }
    if (!ours(file)) return { file, line: Number(match[2]), column: Number(match[3]) };
  }
  return { file: null, line: null, column: null };
}

/** Outcome of a throw. User code can throw anything, also something that throws when it is looked at. */
export function thrownOutcome(thrown: unknown, ours: (file: string) => boolean): ErrorOutcome {
  try {
    if (!(thrown instanceof Error)) return errorOutcome(`threw ${shown(thrown)}`);
    const place = typeof thrown.stack === "string" ? placeInStack(thrown.stack, ours) : null;
    return { ...errorOutcome(`${thrown.name}: ${thrown.message}`), ...place };
  } catch {
    return errorOutcome("threw something that cannot be read");
  }
}
