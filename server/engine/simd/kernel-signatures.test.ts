import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kernelCall, part } from "./kernel-call";
import { kernelSignatures } from "./kernel-signatures";
import { kernelDeclarations } from "./kernels.testing";

test("the engine calls kernels by the names and places that the compiler gives them", () => {
  const file = readFileSync(join(__dirname, "kernels.ts"), "utf8").replaceAll("\r\n", "\n");
  expect(file, "`npm run build` writes it").toBe(kernelSignatures(kernelDeclarations()));
});

test("signatures are those of the declarations, booleans as numbers", () => {
  const written = kernelSignatures(
    "  export const memory: WebAssembly.Memory;\n  export function size(): number;\n" +
      "  export function scale(x: number, again: boolean): void;\n",
  );
  expect(written).toContain(
    "export interface Kernels {\n  size(): number;\n  scale(x: number, again: number): void;\n}",
  );
  expect(written).toContain('{\n  size: [],\n  scale: ["x", "again"],\n}');
  expect(() => kernelSignatures("  export function f(x: number, text: string): void;")).toThrow(
    "The kernel f takes `text: string`, which is no number.",
  );
  expect(() => kernelSignatures("")).toThrow("declares no kernels");
});

test("arguments stand at their parameters' places, whatever their order in the call", () => {
  expect(
    kernelCall("rmsNormGradient", {
      dGain: part.sums(8),
      epsilon: 1e-6,
      width: 8,
      last: part.last,
      first: part.first,
      x: 1,
      gain: 2,
      dy: 3,
      dx: 4,
    }),
  ).toEqual({
    kernel: "rmsNormGradient",
    args: [1, 2, 3, 4, 0, 0, 0, 8, 1e-6],
    range: 5,
    sums: { argument: 4, length: 8 },
  });
  const operands = { a: 1, aRow: 2, aInner: 3, b: 4, bInner: 5, bColumn: 6, c: 7, cRow: 8, k: 9, accumulate: 1 };
  expect(
    kernelCall("matrixProduct", {
      ...operands,
      firstRow: 0,
      lastRow: 20,
      firstColumn: part.first,
      lastColumn: part.last,
      packed: part.scratch(640),
    }),
  ).toEqual({
    kernel: "matrixProduct",
    args: [1, 2, 3, 4, 5, 6, 7, 8, 0, 20, 0, 0, 9, 0, 1],
    range: 10,
    scratch: { argument: 13, bytes: 640 },
  });
  expect(() => kernelCall("add", { x1: 1, x2: 2, y: 3, first: 0, last: 8 })).toThrow("A job of add has no range.");
});
