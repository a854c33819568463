/**
 * The process that programs of a model run in (`dist/sandbox.mjs`), each in an interpreter in WebAssembly that has no way to
 * files, network, environment or other processes. The process itself holds no rights either; its pool times and kills it.
 */
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
import { readMessage } from "../../shared/read-message";
import type { BoundedText } from "./bounded-text";
import type { Guest } from "./guest";
import { openJavaScript } from "./javascript-guest";
import { openPython, type PythonGuest } from "./python-guest";

const say = (message: FromSandbox) => process.send?.(message);

const compiled = new Map<string, WebAssembly.Module>();
function moduleOf(file: "python.wasm" | "quickjs.wasm"): WebAssembly.Module {
  const known = compiled.get(file) ?? new WebAssembly.Module(readFileSync(join(import.meta.dirname, file)));
  compiled.set(file, known);
  return known;
}

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

async function open({ language, keep }: SandboxJob, input: string): Promise<Opened> {
  const streams = { keep, onOutput: live(1), onErrors: live(2) };
  if (language === "javascript") {
    return { guest: await openJavaScript(moduleOf("quickjs.wasm"), streams, input), python: null };
  }
  const python = openPython(moduleOf("python.wasm"), streams);
  return { guest: python, python };
}

const noFunction: StepOutcome = {
  kind: "error",
  stage: "tests",
  type: "TypeError",
  message: "Statements that test a program are Python.",
  trace: "",
};

function carryOut(step: SandboxStep, { guest, python }: Opened, { keep, code }: SandboxJob): StepOutcome {
  switch (step.kind) {
    case "program":
      return guest.program(code, step.input);
    case "call":
      return guest.call(step.function, step.arguments);
    case "judge": {
      if (python === null) return noFunction;
      const silent = { keep, onOutput: () => undefined, onErrors: () => undefined };
      return openPython(moduleOf("python.wasm"), silent).judge(step, python);
    }
  }
}

async function run(id: number, job: SandboxJob): Promise<void> {
  let subject: Opened | null = null;
  let unloadable: StepOutcome | null = null;
  for (const [index, step] of job.steps.entries()) {
    const started = performance.now();
    // Where a step begins, for who reads what is sent on.
    for (const descriptor of [1, 2]) writeSync(descriptor, "\0");
    let outcome: StepOutcome | null = unloadable;
    let streams: { output: BoundedText; errors: BoundedText } | null = subject?.guest ?? null;
    if (outcome === null && (subject === null || subject.guest.dead || step.kind === "program")) {
      subject = await open(job, step.kind === "program" ? step.input : "");
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
      stdout: streams?.output.text() ?? "",
      stderr: streams?.errors.text() ?? "",
      milliseconds: performance.now() - started,
    };
    streams?.output.clear();
    streams?.errors.clear();
    say({ type: "step", id, step: index, result });
  }
}

// Ctrl-C in a terminal reaches every process there: the pool decides what it means, and kills what it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.on("disconnect", () => process.exit());
let queue = Promise.resolve();
process.on("message", (data: unknown) => {
  const message = readMessage(toSandboxSchema, data);
  // Who has asked for something that is no job hears nothing, and kills this process in time.
  if (message !== null) queue = queue.then(() => run(message.id, message.job));
});
say({ type: "ready" });
