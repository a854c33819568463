/**
 * The process that programs of a model run in (`dist/sandbox.mjs`), each in an interpreter in WebAssembly that has no way to
 * files, network, environment or other processes. The process itself holds no rights either; its pool times and kills it.
 */
import "../../shared/no-debugger";
import { readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  toSandboxSchema,
  type FromSandbox,
  type SandboxJob,
  type SandboxStep,
  type StepOutcome,
  type StepResult,
} from "../../protocol/sandbox";
import { openParentChannel } from "../../shared/parent-channel";
import { readMessage } from "../../shared/read-message";
import type { BoundedText } from "./bounded-text";
import { valueDifference } from "./close-values";
import type { Guest } from "./guest";
import { openJavaScript } from "./javascript-guest";
import { printedDifference } from "./printed";
import { isDeep } from "./python-build";
import { openPython, type PythonGuest } from "./python-guest";
import { showValue } from "./values";

const send = openParentChannel((data) => {
  const message = readMessage(toSandboxSchema, data);
  // Who has asked for something that is no job hears nothing, and kills this process in time.
  if (message !== null) queue = queue.then(() => run(message.id, message.job));
});
/** Resolves when the message is on its way: while a program runs nothing leaves this process, and its pool would wait for what is long done. */
const say = (message: FromSandbox): Promise<void> => new Promise((resolve) => send(message, resolve));
let queue = Promise.resolve();

const compiled = new Map<string, WebAssembly.Module>();
function moduleOf(file: "python.wasm" | "quickjs.wasm"): WebAssembly.Module {
  const known = compiled.get(file) ?? new WebAssembly.Module(readFileSync(join(import.meta.dirname, file)));
  compiled.set(file, known);
  return known;
}

let harness: string | null = null;

/** Of stack that this process may use: where its pool could raise that, it says so to V8. */
const stackKilobytes = Number(
  /(?<=^--stack-size=)\d+$/.exec(process.execArgv.find((flag) => flag.startsWith("--stack-size=")) ?? "")?.[0] ?? 984,
);

/** Bytes of each stream and step that are sent on while the program runs: what is left of a program that never ends. */
const liveBytes = 16 << 10;

/** Sends on what a program prints, at once, also while it keeps this process busy. */
function live(descriptor: 1 | 2): (bytes: Uint8Array) => void {
  let room = liveBytes;
  return (bytes) => {
    try {
      if (room > 0) writeSync(descriptor, bytes.subarray(0, room));
    } catch {
      // A pipe that is full or closed: nobody reads it in time, and the whole text comes with the result.
    }
    room -= bytes.length;
  };
}

interface Opened {
  guest: Guest;
  python: PythonGuest | null;
}

/** Bytes of output that are kept beside what is expected: white space at the ends of lines may be more. */
const keptOf = (output: string): number => 2 * Buffer.byteLength(output) + 4096;

async function open({ language, code, leetcode, keep: least }: SandboxJob, step: SandboxStep): Promise<Opened> {
  const isProgram = step.kind === "program";
  const input = isProgram ? step.input : "";
  const keep = isProgram && step.output !== null ? Math.max(least, keptOf(step.output)) : least;
  const streams = { keep, onOutput: live(1), onErrors: live(2) };
  if (language === "javascript") {
    harness ??= readFileSync(join(import.meta.dirname, "javascript-harness.js"), "utf8");
    const files = { module: moduleOf("quickjs.wasm"), harness, stack: stackKilobytes };
    return { guest: await openJavaScript(files, streams, input), python: null };
  }
  const python = openPython(moduleOf("python.wasm"), streams, { deep: isDeep(code), leetcode });
  return { guest: python, python };
}

/** Characters of a value that are told. */
const longestShown = 1000;

const noFunction: StepOutcome = {
  kind: "error",
  stage: "tests",
  type: "TypeError",
  message: "Statements that test a program are Python.",
  trace: "",
};

function carryOut(step: SandboxStep, { guest, python }: Opened, { keep, code }: SandboxJob): StepOutcome {
  switch (step.kind) {
    case "program": {
      const outcome = guest.program(code, step.input);
      if (outcome.kind !== "ended") return outcome;
      const difference = step.output === null ? 0 : printedDifference(guest.output.text(), step.output, step.tolerance);
      const printed = step.output === null ? null : difference !== null;
      return { kind: "exit", code: outcome.code, printed, difference: difference ?? 0, missing: guest.output.missing };
    }
    case "call": {
      const outcome = guest.call(step.function, step.arguments);
      if (outcome.kind !== "value") return outcome;
      const difference = valueDifference(outcome.value, step.expected, step.equality, step.tolerance);
      return {
        kind: "compared",
        equal: difference !== null,
        difference: difference ?? 0,
        given: showValue(outcome.value).slice(0, longestShown),
      };
    }
    case "judge": {
      if (python === null) return noFunction;
      const silent = { keep, onOutput: () => undefined, onErrors: () => undefined };
      const tests = openPython(moduleOf("python.wasm"), silent);
      const outcome = tests.judge(step, python);
      tests.close();
      return outcome;
    }
  }
}

async function run(id: number, job: SandboxJob): Promise<void> {
  let subject: Opened | null = null;
  let unloadable: StepOutcome | null = null;
  for (const [index, step] of job.steps.entries()) {
    const started = performance.now();
    // Where a step begins, for who reads what is sent on.
    for (const descriptor of [1, 2])
      try {
        writeSync(descriptor, "\0");
      } catch {
        // As above.
      }
    let outcome: StepOutcome | null = unloadable;
    let streams: { output: BoundedText; errors: BoundedText } | null = subject?.guest ?? null;
    if (outcome === null && (subject === null || subject.guest.dead || step.kind === "program")) {
      subject?.guest.close();
      subject = await open(job, step);
      streams = subject.guest;
      if (step.kind !== "program") {
        outcome = subject.guest.load(job.code);
        // A program that does not load does so for every step: it is tried once.
        unloadable = outcome;
      }
    }
    outcome ??= carryOut(step, subject!, job);
    const result: StepResult = {
      outcome,
      stdout: streams?.output.text().slice(0, job.shown) ?? "",
      stderr: streams?.errors.text().slice(0, job.shown) ?? "",
      milliseconds: performance.now() - started,
    };
    streams?.output.clear();
    streams?.errors.clear();
    await say({ type: "step", id, step: index, result });
  }
  subject?.guest.close();
}

// Ctrl-C in a terminal reaches every process there: the pool decides what it means, and kills what it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
void say({ type: "ready" });
