import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPython } from "./python-guest";
import { pythonImage } from "./python-image";
import { takeMachine } from "./python-machine";
import { guestSystem } from "./wasi";

const root = join(__dirname, "..", "..", "..");
const sources = ["desktop.py", "leetcode.py", "harness.py"].map((name) => readFileSync(join(__dirname, name), "utf8"));
const image = new WebAssembly.Module(
  pythonImage(readFileSync(join(root, "node_modules", "@antonz", "python-wasi", "dist", "python.wasm")), sources),
);
const streams = { keep: 1 << 20, onOutput: () => undefined, onErrors: () => undefined };
const settings = { deep: false, leetcode: false };
const bytesOf = (memory: WebAssembly.Memory) => Buffer.from(new Uint8Array(memory.buffer));
const taken = () => takeMachine(image, guestSystem({ ...streams, mark: "" }), false);

test("nothing of a program is left in the machine that the next one gets", () => {
  const first = taken();
  const fresh = bytesOf(first.memory);
  first.release();
  const guest = openPython(image, streams, settings);
  const secret = "s3cret of a program";
  const text = `text = '${secret.split(" ").join("' + ' ' + '")}'\nkeep = [text + str(i) for i in range(1000)]\ndef f(n): return n and max(f(n - 1) for _ in [1])\nf(200)\nimport sys\nsys.maxsize = 1\nlen = None\n`;
  expect(guest.load(text)).toBeNull();
  expect(bytesOf(first.memory).includes(secret)).toBe(true);
  guest.close();
  const second = taken();
  expect(second.memory).toBe(first.memory);
  expect(bytesOf(second.memory).equals(fresh)).toBe(true);
  expect(second.stack.value).toBe(first.stack.value);
  second.release();
  const next = openPython(image, streams, settings);
  expect(next.program("import sys\nprint(sys.maxsize, len('ab'), 'keep' in globals())", "")).toEqual({
    kind: "ended",
    code: 0,
  });
  expect(next.output.text()).toBe("9223372036854775807 2 False\n");
  next.close();
});

test("a machine whose program ended it is as good as new, and one that has grown is not used again", () => {
  const broken = openPython(image, streams, settings);
  expect(broken.load("import os\nos._exit(3)")).toMatchObject({ kind: "died" });
  broken.close();
  const grown = openPython(image, streams, settings);
  expect(grown.program("x = bytearray(50_000_000)\nprint(len(x))", "")).toMatchObject({ kind: "ended" });
  grown.close();
  const again = taken();
  expect(again.memory.buffer.byteLength).toBeLessThan(40_000_000);
  again.release();
  const next = openPython(image, streams, settings);
  expect(next.program("print(1)", "")).toEqual({ kind: "ended", code: 0 });
  next.close();
  expect(() => next.program("print(1)", "")).not.toThrow();
  expect(next.program("print(1)", "")).toMatchObject({ kind: "died" });
});
