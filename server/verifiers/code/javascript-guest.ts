/**
 * JavaScript in a sandbox: a QuickJS of its own for each program, in a memory that cannot grow past a limit. That memory goes
 * as a whole: the handles in it are not freed one by one.
 */
import variant from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
} from "quickjs-emscripten-core";
import * as z from "zod";
import type { StepOutcome, Value } from "../../protocol/sandbox";
import { readValue } from "../../protocol/values";
import { parseBoundedJson } from "../../shared/bounded-json";
import { boundedText } from "./bounded-text";
import type { CallOutcome, Guest, GuestStreams } from "./guest";
import { placesOf, programSources } from "./javascript-sources";
import { messageOf } from "../../shared/user-error";

/** Pages of 64 KiB that a program's memory begins with and may grow to: 256 MiB. */
const pages = { initial: 256, maximum: 4096 };

/** What a sandbox has for its JavaScript programs. */
export interface JavaScriptFiles {
  /** `emscripten-module.wasm` of the QuickJS package. */
  readonly module: WebAssembly.Module;
  /** Built from `javascript/harness.mjs`: evaluates to `openHarness`. */
  readonly harness: string;
  /** Kilobytes of stack that this process has; 984 where nobody asked for more. */
  readonly stack: number;
}

/**
 * Bytes of stack that QuickJS may use, of the 5 MiB that its memory has for it. The stack of the process must not overflow first: nothing
 * of the program could catch that. A frame takes up to 15 times as much of it. With 4 MB programs call themselves deeper than in Node.
 */
const stackSize = (kilobytes: number): number => Math.min(4000, Math.max(200, Math.floor(kilobytes / 15))) << 10;

/** Characters of a value, and values in it. */
const longestValue = 1 << 20;
const mostGiven = 60_000;

/** Characters of a trace of calls that are kept. */
const longestTrace = 2000;

const endedItself: StepOutcome = { kind: "died", message: "The program ended itself." };

const errorSchema = z.object({
  name: z.string().catch("Error"),
  message: z.string().catch(""),
  stack: z.string().catch(""),
});

/** `input`: what the program reads. */
export async function openJavaScript(
  { module, harness, stack }: JavaScriptFiles,
  { keep, onOutput, onErrors }: GuestStreams,
  input: string,
): Promise<Guest> {
  const quickJs = await newQuickJSWASMModuleFromVariant(
    newVariant(variant, { wasmModule: module, wasmMemory: new WebAssembly.Memory(pages) }),
  );
  const runtime = quickJs.newRuntime();
  runtime.setMaxStackSize(stackSize(stack));
  const context = runtime.newContext();
  const output = boundedText(keep, onOutput);
  const errors = boundedText(keep, onErrors);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let dead = false;
  let hasExited = false;
  // Ends the program at its next loop or call, whatever it would catch.
  runtime.setInterruptHandler(() => hasExited);

  const host = context.newObject();
  /** What the harness calls, and nothing else does: it always gives all that a function takes. */
  const offer = (name: string, work: (...values: QuickJSHandle[]) => QuickJSHandle | undefined) =>
    context.setProp(host, name, context.newFunction(name, work));
  offer("print", (...[stream, text, length]) => {
    if (hasExited) return undefined;
    const target = context.getNumber(stream!) === 2 ? errors : output;
    target.add(encoder.encode(context.getString(text!)));
    target.skip(context.getNumber(length!));
    return undefined;
  });
  offer("elapsed", () => context.newNumber(performance.now()));
  offer("exit", () => {
    hasExited = true;
    return undefined;
  });
  offer("encode", (...[text]) => context.newArrayBuffer(encoder.encode(context.getString(text!)).buffer));
  offer("decode", (...[bytes]) => context.newString(decoder.decode(context.getArrayBuffer(bytes!).value)));
  offer("promise", (...[value]) => {
    const pair = context.newArray();
    const state = context.getPromiseState(value!);
    context.setProp(pair, 0, context.newString(state.type));
    if (state.type === "fulfilled") context.setProp(pair, 1, state.value);
    if (state.type === "rejected") context.setProp(pair, 1, state.error);
    return pair;
  });
  const open = context.unwrapResult(context.evalCode(harness, "harness.js"));
  const tools = context.unwrapResult(context.callFunction(open, context.undefined, host, context.newString(input)));
  const tool = (name: string, ...values: QuickJSHandle[]): QuickJSHandle =>
    unwrap(context.callFunction(context.getProp(tools, name), context.undefined, ...values));
  runtime.setModuleLoader((name) => {
    const made = context.callFunction(
      context.getProp(tools, "moduleSource"),
      context.undefined,
      context.newString(name),
    );
    return made.error ? { error: new Error(dumped(context, made.error).message) } : context.getString(made.value);
  });

  /** What a thrown value says; reading it may run the program's own code, which may throw in turn. */
  function described(thrown: QuickJSHandle, stage: "load" | "run"): StepOutcome {
    const text = dumped(context, thrown);
    if (/out of memory/.test(text.message)) return { kind: "out-of-memory", message: text.message };
    const trace = `${text.name}: ${text.message}\n${ownFrames(text.stack)}`.slice(0, longestTrace);
    return { kind: "error", stage, type: text.name, message: text.message, trace };
  }

  function died(error: unknown): StepOutcome {
    dead = true;
    const message = messageOf(error);
    return /memory|OOM/i.test(message)
      ? { kind: "out-of-memory", message }
      : { kind: "died", message: `The interpreter broke off: ${message}` };
  }

  function attempt<O>(stage: "load" | "run", work: () => O): StepOutcome | O {
    try {
      return work();
    } catch (error) {
      if (hasExited) return endedItself;
      try {
        return error instanceof Thrown ? described(error.value, stage) : died(error);
      } catch (second) {
        return died(second);
      }
    }
  }

  function unwrap(result: ReturnType<QuickJSContext["evalCode"]>): QuickJSHandle {
    if (result.error) throw new Thrown(result.error);
    return result.value;
  }

  const isTrue = (value: QuickJSHandle): boolean => context.dump(value) === true;

  /** Lets everything run that waits for what runs now to end. */
  function settle(): void {
    do {
      while (isTrue(tool("tick")));
      const result = runtime.executePendingJobs();
      if (result.error) throw new Thrown(result.error);
    } while (isTrue(tool("tick")));
  }

  /** Lets the program go on until nothing of it waits for anything, or `until` says so. */
  function goOn(until: () => boolean = () => false): void {
    do settle();
    while (!until() && isTrue(tool("turn")));
  }

  /** The value of a promise once it is settled, any other value as it is. */
  function awaited(value: QuickJSHandle): QuickJSHandle {
    goOn(() => context.getPromiseState(value).type !== "pending");
    const state = context.getPromiseState(value);
    if (state.type === "fulfilled") return state.value;
    if (state.type === "rejected") throw new Thrown(state.error);
    throw new Thrown(context.newError("The promise never settles."));
  }

  /** Runs the lines of a program. What it exports as a module; null: it is none, and so has all run. */
  function begin(code: string, isCalled: boolean): QuickJSHandle | null {
    const { script, module: asModule } = programSources(code, isCalled);
    const compiled = context.evalCode(script, "program.js", { type: "global" });
    if (!compiled.error) {
      tool("start", compiled.value);
      return null;
    }
    if (asModule === null || dumped(context, compiled.error).name !== "SyntaxError") throw new Thrown(compiled.error);
    if (isCalled) context.setProp(context.global, "reasoningLabBridge", context.getProp(tools, "bridge"));
    return unwrap(context.evalCode(asModule, "program.js", { type: "module" }));
  }

  function valueOf(result: QuickJSHandle): CallOutcome {
    const text = context.getString(tool("encode", awaited(result)));
    if (text.length > longestValue)
      return { kind: "error", stage: "run", type: "RangeError", message: "The result is too large.", trace: "" };
    const value = readGiven(text);
    return value === undefined
      ? { kind: "died", message: "The program answered in place of its interpreter." }
      : { kind: "value", value };
  }

  return {
    output,
    errors,
    get dead() {
      return dead || hasExited;
    },
    // It goes with what holds it.
    close: () => undefined,
    load: (code) =>
      attempt("load", () => {
        const namespace = begin(code, true);
        if (namespace) tool("exported", awaited(namespace));
        goOn();
        return hasExited ? endedItself : null;
      }),
    program: (code) =>
      attempt("run", () => {
        const exitCode = () => context.getNumber(tool("finish"));
        try {
          const namespace = begin(code, false);
          goOn();
          // As Node says it: what the module waits for never comes.
          if (namespace && context.getPromiseState(namespace).type === "pending") return { kind: "ended", code: 13 };
          if (namespace) awaited(namespace);
          return { kind: "ended", code: exitCode() };
        } catch (error) {
          if (!(error instanceof Thrown) || !hasExited) throw error;
          hasExited = false;
          return { kind: "ended", code: exitCode() };
        }
      }),
    call: (name, values: readonly Value[]) =>
      attempt("run", () => {
        const target = tool("find", context.newString(name));
        const list = tool("decode", context.newString(JSON.stringify(values)));
        const each = values.map((_, index) => context.getProp(list, index));
        return valueOf(unwrap(context.callFunction(target, context.undefined, ...each)));
      }),
  };
}

/** The calls of a trace that are the program's. */
const ownFrames = (stack: string): string =>
  placesOf(stack.split(/^.*\bharness\.js\b/m, 1)[0]!).replace(/ {4}at call \(native\)\n$/, "");

/** A value made anew of what the program's interpreter says of it; undefined where that is none. */
function readGiven(text: string): Value | undefined {
  try {
    return readValue(parseBoundedJson(text, { depth: 300, values: 600_000 }), mostGiven, false);
  } catch {
    return undefined;
  }
}

/** What a program threw. */
class Thrown extends Error {
  constructor(readonly value: QuickJSHandle) {
    super("The program threw.");
  }
}

function dumped(context: QuickJSContext, thrown: QuickJSHandle): z.infer<typeof errorSchema> {
  const text = (value: unknown) => String(value).slice(0, 20_000);
  if (context.typeof(thrown) !== "object") return { name: "Error", message: text(context.dump(thrown)), stack: "" };
  const property = (name: string) => {
    const value = context.getProp(thrown, name);
    return context.typeof(value) === "string" ? text(context.getString(value)) : "";
  };
  return errorSchema.parse({ name: property("name"), message: property("message"), stack: property("stack") });
}
