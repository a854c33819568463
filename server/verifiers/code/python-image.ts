/**
 * Makes the interpreter that programs run in out of the WASI build of CPython: started, its common modules loaded, and
 * stopped there. An instance of the image goes on from that point, which takes a few milliseconds instead of a hundred.
 */
import { createHash } from "node:crypto";
import { depthOf, growInFewSteps, knownHash, levels, mostPages, runSimpleString, stackPages } from "./python-build";
import { GuestReady, guestSystem, importsFor } from "./wasi";
import {
  dataSection,
  exportSection,
  globalSection,
  memorySection,
  readSections,
  sectionId,
  writeSections,
  type Export,
  type Section,
} from "./wasm-file";

const silent = { keep: 10_000, onOutput: () => undefined, onErrors: () => undefined };

/** What the harness marks its words with before it is told a nonce. */
const bootMark = "ready";

const exported: readonly Export[] = [
  { name: "memory", kind: "memory", index: 0 },
  { name: "run", kind: "function", index: runSimpleString },
  { name: "stack", kind: "global", index: 0 },
];

const isStart = (value: unknown): value is () => void => typeof value === "function";

const replaced = (sections: readonly Section[], changes: readonly Section[]) =>
  sections
    .filter(({ id }) => id !== sectionId.custom)
    .map((section) => changes.find(({ id }) => id === section.id) ?? section);

function startExport(sections: readonly Section[]): Export {
  const module = new WebAssembly.Module(writeSections(replaced(sections, [])));
  const { _start } = new WebAssembly.Instance(
    module,
    importsFor(module, () => guestSystem({ ...silent, mark: "" })),
  ).exports;
  if (typeof _start !== "function") throw new Error("This build of Python has no entry point.");
  // A function that is exported says its number as its name.
  return { name: "_start", kind: "function", index: Number(_start.name) };
}

/** `file`: the WASI build of CPython; `sources`: the texts of `desktop.py` and `harness.py`, which it runs in this order. Throws an Error when it is another than the known one. */
export function pythonImage(file: Uint8Array, sources: readonly string[]): Uint8Array<ArrayBuffer> {
  const hash = createHash("sha256").update(file).digest("hex");
  if (hash !== knownHash) throw new Error(`This is another build of Python (SHA-256 ${hash}) than the known one.`);
  const sections = readSections(file);
  const module = new WebAssembly.Module(
    writeSections(replaced(sections, [exportSection([...exported, startExport(sections)])])),
  );
  const system = guestSystem({
    arguments: ["python", "-c", sources.join("\n")],
    environment: {
      PYTHONHASHSEED: "0",
      PYTHONUTF8: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONNOUSERSITE: "1",
      PYTHONHOME: "/usr/local",
    },
    ...silent,
    mark: bootMark,
  });
  // The harness says that it is ready and asks for the time: a call that has nothing to put back when it never returns.
  system.onSay = () => {
    system.stopAtNextClock();
    return "";
  };
  const { exports } = new WebAssembly.Instance(
    module,
    importsFor(module, () => system),
  );
  const { memory, stack, _start: start } = exports;
  if (!(memory instanceof WebAssembly.Memory) || !(stack instanceof WebAssembly.Global) || !isStart(start))
    throw new Error("This build of Python lacks an export.");
  system.attach(memory);
  try {
    start();
    throw new Error("ended by itself");
  } catch (error) {
    if (!(error instanceof GuestReady))
      throw new Error(`Python did not start: ${String(error)}\n${system.errors.text()}`, { cause: error });
  }
  depthOf(memory)[0] = levels;
  growInFewSteps(memory);
  // Its own stack is that of a small device. What is on it stays where it is; from here on there is another, behind all that is in use.
  const pages = memory.buffer.byteLength / 65_536 + stackPages;
  return writeSections(
    replaced(sections, [
      memorySection(pages, mostPages),
      globalSection(pages * 65_536),
      exportSection(exported),
      dataSection(new Uint8Array(memory.buffer)),
    ]),
  );
}
