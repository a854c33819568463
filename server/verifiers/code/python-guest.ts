/** Python in a sandbox: an instance of the interpreter's image, spoken to through its harness (`harness.py`). */
import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { SandboxStep, StepOutcome } from "../../protocol/sandbox";
import { packed } from "../../protocol/values";
import { parseBoundedJson } from "../../shared/bounded-json";
import type { Guest, GuestStreams } from "./guest";
import { mostPages } from "./python-build";
import { takeMachine } from "./python-machine";
import {
  answerOf,
  ForgedReply,
  readCalled,
  readEnded,
  readJudged,
  readLoaded,
  type Called,
  type ProgramError,
} from "./python-replies";
import { GuestExit, guestSystem } from "./wasi";
import { messageOf } from "../../shared/user-error";

/** What the harness is told to do; its field `operation` names a function of it. */
type Request = Readonly<Record<string, unknown>> & { readonly operation: string };

type JudgeStep = Extract<SandboxStep, { kind: "judge" }>;

export interface PythonGuest extends Guest {
  /** Functions and classes that the program has, and modules that it imports by their names, after {@link Guest.load}. */
  readonly names: readonly string[];
  readonly modules: readonly string[];
  /** Whether it has what LeetCode gives. */
  readonly leetcode: boolean;
  /** Carries out a call that another interpreter's tests make. Throws when that ends the program, or when it gives no value. */
  answer(question: string): ProgramError | Called;
  /** What that means for the step. */
  died(error: unknown): StepOutcome;
  /** Runs tests that call the functions of `candidate`. */
  judge(tests: JudgeStep, candidate: PythonGuest): StepOutcome;
}

const command = new TextEncoder().encode('__import__("_lab").step()\0');
/** How a call begins that tests make (`asked` in the harness). */
const question = '{"function"';

/** Of a question with the arguments that tests hand the program. */
const questionBounds = { depth: 300, values: 6_000_000 };

/** Bytes of memory beyond which nothing is left that a program could use. */
const nearlyFull = mostPages * 65_536 - (16 << 20);

export interface PythonSettings {
  /** Calls within each other may be many (`isDeep`). */
  readonly deep: boolean;
  /** The program has what LeetCode gives (`leetcode.py`). */
  readonly leetcode: boolean;
}

/** Starts an instance of the image that `python-image.ts` makes. */
export function openPython(
  image: WebAssembly.Module,
  streams: GuestStreams,
  { deep, leetcode }: PythonSettings = { deep: false, leetcode: false },
): PythonGuest {
  const mark = randomBytes(16).toString("hex");
  const system = guestSystem({ ...streams, mark });
  const machine = takeMachine(image, system, deep);
  const { memory, stack, run } = machine;
  let names: readonly string[] = [];
  let modules: readonly string[] = [];
  let dead = false;

  /** What the harness says in answer; a fault of the interpreter or its end is thrown. */
  const ask = (request: Request): string => {
    if (dead) throw new Error("The program has ended.");
    system.setRequest(JSON.stringify({ ...request, mark }));
    try {
      // The command lies where a caller's local variable would: under the top of the stack.
      const top = Number(stack.value);
      const at = (top - 256) & ~15;
      new Uint8Array(memory.buffer, at, command.length).set(command);
      stack.value = at;
      run(at, 0);
      stack.value = top;
    } catch (error) {
      dead = true;
      throw error;
    }
    const reply = system.takeReply();
    if (reply !== null) return reply;
    dead = true;
    throw new Error("The program broke the interpreter that it runs in.");
  };

  const died = (error: unknown): StepOutcome => {
    if (error instanceof GuestExit || error instanceof ForgedReply) return { kind: "died", message: error.message };
    const message = messageOf(error);
    return memory.buffer.byteLength >= nearlyFull
      ? { kind: "out-of-memory", message }
      : { kind: "died", message: `The interpreter broke off: ${message}` };
  };

  function outcome<T extends { readonly kind: string }, O>(
    request: Request,
    stage: "load" | "run",
    read: (reply: string) => ProgramError | T,
    of: (reply: T) => O,
  ): StepOutcome | O {
    try {
      const reply = read(ask(request));
      return isProgramError(reply) ? outcomeOfError(reply, stage) : of(reply);
    } catch (error) {
      return died(error);
    }
  }

  return {
    get names() {
      return names;
    },
    get modules() {
      return modules;
    },
    leetcode,
    get dead() {
      return dead;
    },
    close() {
      dead = true;
      machine.release();
    },
    output: system.output,
    errors: system.errors,
    load: (code) =>
      outcome({ operation: "load", code, leetcode }, "load", readLoaded, (loaded) => {
        ({ names, modules } = loaded);
        return null;
      }),
    program(code, input) {
      system.setInput(input);
      return outcome({ operation: "program", code }, "run", readEnded, (ended) => ended);
    },
    call: (name, values) =>
      outcome({ operation: "call", function: name, arguments: values.map(packed) }, "run", readCalled, ({ value }) => ({
        kind: "value" as const,
        value,
      })),
    died,
    answer(asked) {
      const request = z.record(z.string(), z.unknown()).parse(parseBoundedJson(asked, questionBounds));
      return readCalled(ask({ ...request, operation: "call" }));
    },
    judge({ setup, tests, function: name }, candidate) {
      /** What ended the program, and with it the tests. */
      const ends: StepOutcome[] = [];
      /** Exceptions of the program, by the number of the call that they came from. */
      const raised = new Map<number, StepOutcome>();
      let calls = 0;
      system.onSay = (text) => {
        // The last word of the tests' own harness comes the same way as their questions.
        if (!text.startsWith(question)) return null;
        const call = calls++;
        try {
          const answer = candidate.answer(text);
          if (answer.kind === "error") raised.set(call, outcomeOfError(answer, "run"));
          return answerOf(answer, call);
        } catch (error) {
          ends.push(candidate.died(error));
          throw error;
        }
      };
      const { names, modules, leetcode } = candidate;
      const request = { setup, tests, names, modules, leetcode, candidate: name };
      try {
        const reply = readJudged(ask({ ...request, operation: "judge" }));
        // Whatever it says of a program that is gone.
        if (ends[0]) return ends[0];
        if ("passed" in reply) return { kind: "judged", ...reply };
        if ("raised" in reply) return raised.get(reply.raised) ?? noAnswer;
        // That tests are of no use is known before anything of the program went in: after that it may be the program's doing.
        return "faulty" in reply && calls === 0
          ? { kind: "error", stage: "tests", ...reply.faulty }
          : { kind: "error", stage: "run", ...("faulty" in reply ? reply.faulty : reply.failed) };
      } catch (error) {
        return ends[0] ?? died(error);
      }
    },
  };
}

const isProgramError = (reply: { readonly kind: string }): reply is ProgramError => reply.kind === "error";

/** Nothing of the program says it: there is no such call. */
const noAnswer: StepOutcome = { kind: "died", message: "The tests gave no answer." };

function outcomeOfError({ type, outOfMemory, message, trace }: ProgramError, stage: "load" | "run"): StepOutcome {
  return outOfMemory ? { kind: "out-of-memory", message: trace } : { kind: "error", stage, type, message, trace };
}
