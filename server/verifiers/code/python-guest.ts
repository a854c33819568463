/** Python in a sandbox: an instance of the interpreter's image, spoken to through its harness (`harness.py`). */
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { valueSchema, type SandboxStep, type StepOutcome } from "../../protocol/sandbox";
import type { Guest, GuestStreams } from "./guest";
import { GuestExit, guestSystem, importsFor } from "./wasi";

const errorSchema = z.object({
  error: z.object({ type: z.string(), bases: z.array(z.string()), message: z.string(), trace: z.string() }),
  /** The tests are no Python, or what prepares them fails: no program can pass them. */
  faulty: z.boolean().default(false),
});
const replySchema = z.union([
  errorSchema,
  z.object({ names: z.array(z.string()), modules: z.array(z.string()) }),
  z.object({ exit: z.int() }),
  z.object({ value: valueSchema, message: z.string().optional() }),
]);
type Reply = z.infer<typeof replySchema>;

/** What the harness is told to do; its field `operation` names a function of it. */
type Request = Readonly<Record<string, unknown>> & { readonly operation: string };

type JudgeStep = Extract<SandboxStep, { kind: "judge" }>;

export interface PythonGuest extends Guest {
  /** Functions and classes that the program has, and modules that it imports by their names, after {@link Guest.load}. */
  readonly names: readonly string[];
  readonly modules: readonly string[];
  /** What the harness answers to a call that another interpreter's tests make, as text. Throws when that ends the program. */
  answer(question: string): string;
  /** What that means for the step. */
  died(error: unknown): StepOutcome;
  /** Runs tests that call the functions of `candidate`. */
  judge(tests: JudgeStep, candidate: PythonGuest): StepOutcome;
}

const command = new TextEncoder().encode('__import__("_lab").step()\0');
/** How a call begins that tests make (`asked` in the harness). */
const question = '{"function"';
const isFunction = (value: unknown): value is (...values: number[]) => unknown => typeof value === "function";

/** Bytes below which nothing is left of 256 MiB that a program could use. */
const nearlyFull = 240 << 20;

/** Starts an instance of the image that `python-image.ts` makes. */
export function openPython(image: WebAssembly.Module, streams: GuestStreams): PythonGuest {
  const mark = randomBytes(16).toString("hex");
  const system = guestSystem({ ...streams, mark });
  const { memory, stack, run } = new WebAssembly.Instance(image, importsFor(image, system)).exports;
  if (!(memory instanceof WebAssembly.Memory) || !(stack instanceof WebAssembly.Global) || !isFunction(run))
    throw new Error("This is no image of the interpreter.");
  system.attach(memory);
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
    if (error instanceof GuestExit) return { kind: "died", message: error.message };
    const message = error instanceof Error ? error.message : String(error);
    return memory.buffer.byteLength >= nearlyFull
      ? { kind: "out-of-memory", message }
      : { kind: "died", message: `The interpreter broke off: ${message}` };
  };

  function parsed(text: string): Reply {
    try {
      return replySchema.parse(JSON.parse(text));
    } catch {
      const message = "The program answered in place of its interpreter.";
      return { error: { type: "Unusable", bases: [], message, trace: "" }, faulty: false };
    }
  }

  function outcome(request: Request, stage: "load" | "run", of: (reply: Reply) => StepOutcome | null) {
    try {
      const reply = parsed(ask(request));
      if (!("error" in reply)) return of(reply);
      const { type, bases, message, trace } = reply.error;
      if (bases.includes("MemoryError")) return { kind: "out-of-memory", message: trace } as const;
      return { kind: "error", stage: reply.faulty ? "tests" : stage, type, message, trace } as const;
    } catch (error) {
      return died(error);
    }
  }

  const unusable = (): StepOutcome => ({
    kind: "died",
    message: "The program answered in place of its interpreter.",
  });
  const value = (request: Request): StepOutcome =>
    outcome(request, "run", (reply) => ("value" in reply ? { kind: "value", value: reply.value } : unusable()))!;

  return {
    get names() {
      return names;
    },
    get modules() {
      return modules;
    },
    get dead() {
      return dead;
    },
    output: system.output,
    errors: system.errors,
    load: (code) =>
      outcome({ operation: "load", code }, "load", (reply) => {
        if (!("names" in reply)) return unusable();
        ({ names, modules } = reply);
        return null;
      }),
    program(code, input) {
      system.setInput(input);
      return outcome({ operation: "program", code }, "run", (reply) =>
        "exit" in reply ? { kind: "exit", code: reply.exit } : unusable(),
      )!;
    },
    call: (name, values) => value({ operation: "call", function: name, arguments: values }),
    died,
    answer(asked) {
      const request = z.record(z.string(), z.unknown()).parse(JSON.parse(asked));
      return ask({ ...request, operation: "call" });
    },
    judge({ setup, tests, function: name }, candidate) {
      const failures: StepOutcome[] = [];
      system.onSay = (text) => {
        // The last word of the tests' own harness comes the same way as their questions.
        if (!text.startsWith(question)) return null;
        try {
          return candidate.answer(text);
        } catch (error) {
          failures.push(candidate.died(error));
          throw error;
        }
      };
      const judged = outcome(
        { operation: "judge", setup, tests, names: candidate.names, modules: candidate.modules, candidate: name },
        "run",
        (reply) =>
          "value" in reply && typeof reply.value === "boolean"
            ? { kind: "judged", passed: reply.value, message: reply.message ?? "" }
            : unusable(),
      )!;
      return failures[0] ?? judged;
    },
  };
}
