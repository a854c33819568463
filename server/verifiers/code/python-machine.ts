/**
 * Instances of the interpreter's image. One whose program has ended is used again: every byte of its memory is written anew, and its one variable, which is all
 * that an instance is made of. That takes a part of the time of making one, and of the time of taking it down.
 */
import { setDepth } from "./python-build";
import { importsFor, type GuestSystem } from "./wasi";

export interface Machine {
  readonly memory: WebAssembly.Memory;
  readonly stack: WebAssembly.Global;
  readonly run: (...values: number[]) => unknown;
  /** Gives it back: nothing may be asked of it any more. */
  release(): void;
}

/** Of one image. */
interface Stock {
  /** Of the memory of an instance that has not run, up to its last byte that is not zero, and its size. */
  readonly start: Uint8Array;
  readonly size: number;
  readonly top: unknown;
  readonly idle: Instance[];
}

interface Instance extends Omit<Machine, "release"> {
  /** Whom its calls of the system go to. */
  system: GuestSystem;
}

const stocks = new WeakMap<WebAssembly.Module, Stock>();

/** Instances that are kept while nobody uses them: one for a program, and one for its tests. */
const mostIdle = 2;

const isFunction = (value: unknown): value is (...values: number[]) => unknown => typeof value === "function";

function instanceOf(image: WebAssembly.Module, system: GuestSystem): Instance {
  const link = { system };
  const { memory, stack, run } = new WebAssembly.Instance(
    image,
    importsFor(image, () => link.system),
  ).exports;
  if (!(memory instanceof WebAssembly.Memory) || !(stack instanceof WebAssembly.Global) || !isFunction(run))
    throw new Error("This is no image of the interpreter.");
  return Object.assign(link, { memory, stack, run });
}

function stockOf(image: WebAssembly.Module, { memory, stack }: Instance): Stock {
  const bytes = new Uint8Array(memory.buffer);
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  const stock = { start: bytes.slice(0, end), size: bytes.length, top: stack.value, idle: [] };
  stocks.set(image, stock);
  return stock;
}

/** A machine as the image has it, whose calls of the system go to `system`. `deep`: calls within each other may be many. */
export function takeMachine(image: WebAssembly.Module, system: GuestSystem, deep: boolean): Machine {
  const used = stocks.get(image)?.idle.pop();
  const instance = used ?? instanceOf(image, system);
  const stock = stocks.get(image) ?? stockOf(image, instance);
  const { memory, stack, run } = instance;
  if (used) {
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(stock.start);
    bytes.fill(0, stock.start.length);
    stack.value = stock.top;
    used.system = system;
  }
  system.attach(memory);
  setDepth(memory, stack, deep);
  let given = true;
  return {
    memory,
    stack,
    run,
    release() {
      // One that has grown would begin with less room to grow in.
      if (given && memory.buffer.byteLength === stock.size && stock.idle.length < mostIdle) stock.idle.push(instance);
      given = false;
    },
  };
}
