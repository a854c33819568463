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
import type { Guest, GuestStreams } from "./guest";
import { javascriptHarness } from "./javascript-harness";

/** Pages of 64 KiB that a program's memory begins with and may grow to: 64 MiB. */
const pages = { initial: 256, maximum: 1024 };

/** Bytes of stack that QuickJS may use: more would overflow the stack of the process first. */
const stackSize = 200 << 10;

/** Characters of a value, and values in it. */
const longestValue = 1 << 20;
const mostGiven = 60_000;

/** Characters of a trace of calls that are kept. */
const longestTrace = 2000;

const errorSchema = z.object({
  name: z.string().catch("Error"),
  message: z.string().catch(""),
  stack: z.string().catch(""),
});

/** `module`: `emscripten-module.wasm` of the QuickJS package; `input`: what the program reads. */
export async function openJavaScript(
  module: WebAssembly.Module,
  { keep, onOutput, onErrors }: GuestStreams,
  input: string,
): Promise<Guest> {
  const quickJs = await newQuickJSWASMModuleFromVariant(
    newVariant(variant, { wasmModule: module, wasmMemory: new WebAssembly.Memory(pages) }),
  );
  const runtime = quickJs.newRuntime();
  runtime.setMaxStackSize(stackSize);
  const context = runtime.newContext();
  const output = boundedText(keep, onOutput);
  const errors = boundedText(keep, onErrors);
  const encoder = new TextEncoder();
  let dead = false;

  const print = context.newFunction("print", (stream, text, length) => {
    const target = context.getNumber(stream) === 2 ? errors : output;
    target.add(encoder.encode(context.getString(text)));
    target.skip(context.getNumber(length));
  });
  const harness = context.unwrapResult(context.evalCode(javascriptHarness, "harness.js"));
  const tools = context.unwrapResult(context.callFunction(harness, context.undefined, print, context.newString(input)));
  const tool = (name: string) => context.getProp(tools, name);

  /** What a thrown value says; reading it may run the program's own code, which may throw in turn. */
  function described(thrown: QuickJSHandle, stage: "load" | "run"): StepOutcome {
    const text = dumped(context, thrown);
    if (/out of memory/.test(text.message)) return { kind: "out-of-memory", message: text.message };
    const trace = `${text.name}: ${text.message}\n${text.stack}`.slice(0, longestTrace);
    return { kind: "error", stage, type: text.name, message: text.message, trace };
  }

  function died(error: unknown): StepOutcome {
    dead = true;
    const message = error instanceof Error ? error.message : String(error);
    return /memory|OOM/i.test(message)
      ? { kind: "out-of-memory", message }
      : { kind: "died", message: `The interpreter broke off: ${message}` };
  }

  function attempt(stage: "load" | "run", work: () => StepOutcome | null): StepOutcome | null {
    try {
      return work();
    } catch (error) {
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

  /** Lets everything that waits on promises run. */
  function settle(): void {
    const result = runtime.executePendingJobs();
    if (result.error) throw new Thrown(result.error);
  }

  const evaluated = (code: string, file: string) => unwrap(context.evalCode(code, file, { type: "global" }));

  /** The value of a promise once it is settled, any other value as it is. */
  function awaited(value: QuickJSHandle): QuickJSHandle {
    settle();
    const state = context.getPromiseState(value);
    if (state.type === "fulfilled") return state.value;
    if (state.type === "rejected") throw new Thrown(state.error);
    throw new Thrown(context.newError("The promise never settles."));
  }

  function valueOf(result: QuickJSHandle): StepOutcome {
    const encoded = unwrap(context.callFunction(tool("encode"), context.undefined, awaited(result)));
    const text = context.getString(encoded);
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
      return dead;
    },
    load: (code) =>
      attempt("load", () => {
        evaluated(code, "program.js");
        settle();
        return null;
      }),
    program: (code) =>
      attempt("run", () => {
        const exit = () => context.getNumber(unwrap(context.callFunction(tool("exitCode"), context.undefined)));
        const hasExited = () =>
          context.typeof(unwrap(context.callFunction(tool("exitCode"), context.undefined))) === "number";
        try {
          evaluated(code, "program.js");
          settle();
          unwrap(context.callFunction(tool("pump"), context.undefined));
          settle();
        } catch (error) {
          if (!(error instanceof Thrown) || !hasExited()) throw error;
        }
        return { kind: "exit", code: hasExited() ? exit() : 0 };
      })!,
    call: (name, values: readonly Value[]) =>
      attempt("run", () => {
        const target = evaluated(name, "call.js");
        const json = context.newString(JSON.stringify(values));
        const list = unwrap(context.callFunction(tool("decode"), context.undefined, json));
        const each = values.map((_, index) => context.getProp(list, index));
        return valueOf(unwrap(context.callFunction(target, context.undefined, ...each)));
      })!,
  };
}

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
