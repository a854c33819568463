/** Rounds of one fuzzer: each under a seed of its own, so that one that fails is replayed alone. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { randomOf, type Random } from "./random";

/** What came of a round. */
export interface Outcome {
  /** What must not be; the first line of each says it. */
  readonly faults: readonly string[];
  /** What brought it about. */
  readonly input: unknown;
}

export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  /** So many rounds, whatever time they take; null: as many as there is time for. */
  readonly rounds: number | null;
  /** Folder of the built product. */
  readonly dist: string;
  /** A workspace folder with a run that has ended. Nothing is written there. */
  readonly template: string;
  /** Empty, and deleted afterwards. */
  readonly scratch: string;
  /** Where inputs of failed rounds go. */
  readonly failures: string;
}

/** As `test/fuzz.mjs` starts a fuzzer. */
export function fuzzOptions(): FuzzOptions {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: "0" },
      rounds: { type: "string" },
      dist: { type: "string", default: "" },
      template: { type: "string", default: "" },
      scratch: { type: "string", default: "" },
      failures: { type: "string", default: "" },
    },
  });
  return {
    ...values,
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    rounds: values.rounds === undefined ? null : Number(values.rounds),
  };
}

/** Faults after which there is enough to look at. */
const mostFaults = 20;

/** What can be written to a file of what was sent: JSON has no cycles and no large integers. */
function inputText(input: unknown): string {
  const open = new Set<unknown>();
  try {
    return JSON.stringify(
      input,
      (_key, value: unknown) => {
        if (typeof value === "bigint") return `${value}n`;
        if (typeof value === "object" && value !== null) {
          if (open.has(value)) return "(again)";
          open.add(value);
        }
        return value;
      },
      1,
    );
  } catch {
    // JSON does not go that deep.
    return inspect(input, { depth: 20, maxStringLength: 10_000 });
  }
}

/** Digits aside: the same fault at another number. */
const kindOf = (fault: string): string => fault.split("\n")[0]!.replace(/\d+/g, "0").slice(0, 200);

/** Runs rounds until the time is over, says what went wrong, and sets the exit code. `counted`: what was done, at the end. */
export async function fuzz(
  name: string,
  options: FuzzOptions,
  round: (random: Random) => Promise<Outcome>,
  counted: () => string,
): Promise<void> {
  const until = performance.now() + options.seconds * 1000;
  const seen = new Map<string, number>();
  let rounds = 0;
  const over = () => (options.rounds === null ? performance.now() >= until : rounds >= options.rounds);
  for (; !over() && seen.size < mostFaults; rounds++) {
    const seed = options.seed + rounds;
    const { faults, input } = await round(randomOf(seed)).catch((error: unknown): Outcome => {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { faults: [`The fuzzer itself fails: ${what}`], input: null };
    });
    const unknown = faults.filter((fault) => !seen.has(kindOf(fault)));
    for (const kind of faults.map(kindOf)) seen.set(kind, (seen.get(kind) ?? 0) + 1);
    if (unknown.length === 0) continue;
    mkdirSync(options.failures, { recursive: true });
    const file = join(options.failures, `${name}-${seed}.json`);
    writeFileSync(file, `${faults.join("\n")}\n\n${inputText(input)}\n`);
    console.log(
      [
        ...unknown.map((fault) => `${name}: ${fault.slice(0, 2000)}`),
        `  again: npm run fuzz -- --only ${name} --seed ${seed} --rounds 1\n  input: ${file}`,
      ].join("\n"),
    );
  }
  const times = [...seen].map(([kind, count]) => (count === 1 ? "" : `\n  ${count} times: ${kind}`)).join("");
  console.log(`${name}: ${rounds} rounds from seed ${options.seed}, ${counted()}; ${seen.size} faults${times}`);
  if (seen.size > 0) process.exitCode = 1;
}

/** Whether words are for people: a sentence, no stack and no error of the code itself. Says what they are instead; null: they are. */
export function unfitForPeople(message: string): string | null {
  if (/\n\s+at .+[:)]\d*/.test(message)) return "has a stack";
  if (/^\s*[[{]/.test(message)) return "is JSON";
  if (
    /Cannot (?:read propert|convert|destructure|set propert|mix BigInt|access ')|is not (?:a function|iterable|defined)$|Maximum call stack|Invalid (?:array|string) length|argument must be|Invalid time value|of undefined|undefined is|ZodError|circular structure|RangeError|TypeError|ReferenceError|\[object Object\]/.test(
      message,
    )
  )
    return "is an error of the code";
  if (message.trim() === "") return "says nothing";
  if (message.length > 20_000) return `has ${message.length} characters`;
  return null;
}
