import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composedOperations } from "../composed/operations";
import type { FusedOperations, HeadShape, Sequences } from "../fused-operations";
import { knownAnswerProblem } from "../known-answer";
import { startSimd } from "./start";
import { buildTestKernels } from "./test-kernels";

const threadCounts = [1, 2, 3];
let kernelsFile: string;

beforeAll(() => {
  tf.enableProdMode();
  kernelsFile = buildTestKernels();
}, 120_000);
afterAll(() => rmSync(dirname(kernelsFile), { recursive: true, force: true }));

/** The same irregular numbers between −1 and 1 each time. */
const numbers = (rows: number, columns: number, shift: number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: rows * columns }, (_, index) =>
      Math.sin(1.3 * index + 0.1 * ((index * index) % 31) + shift),
    ),
    [rows, columns],
  );
const vector = (length: number, shift: number): tf.Tensor1D => tf.reshape(numbers(1, length, shift), [length]);
const integers = (values: readonly number[]): tf.Tensor1D => tf.tensor1d([...values], "int32");

/** Sequences of these lengths, one after the other. */
function packed(lengths: readonly number[]): Sequences {
  let start = 0;
  const table = lengths.flatMap((length) => {
    const row = [start, length, start, length];
    start += length;
    return row;
  });
  return {
    table: tf.tensor2d(table, [lengths.length, 4], "int32"),
    count: lengths.length,
    longest: Math.max(...lengths),
  };
}

interface Case {
  readonly name: string;
  /** Makes the operation's tensors: those that gradients are taken of, and in the closure those that they are not. */
  readonly make: () => {
    readonly inputs: tf.Tensor[];
    readonly compute: (use: FusedOperations, ...inputs: tf.Tensor2D[]) => tf.Tensor;
  };
}

const lengths = [1, 7, 2, 40, 19, 5];
const rows = lengths.reduce((sum, length) => sum + length, 0);
const attentionCase = (shape: HeadShape): Case => ({
  name: `causalAttention, ${shape.heads} heads on ${shape.keyHeads}, width ${shape.width}`,
  make: () => {
    const sequences = packed(lengths);
    const [queries, keys] = [shape.heads * shape.width, shape.keyHeads * shape.width];
    return {
      inputs: [numbers(rows, queries, 1), numbers(rows, keys, 2), numbers(rows, keys, 3)],
      compute: (use, q, k, v) => use.causalAttention(q, k, v, sequences, shape),
    };
  },
});
const linearCase = (m: number, k: number, n: number, ...extra: readonly ("residual" | "bias")[]): Case => ({
  name: `linear ${m}×${k}×${n}${extra.map((part) => ` with ${part}`).join("")}`,
  make: () => ({
    inputs: [
      numbers(m, k, 1),
      numbers(n, k, 2),
      ...(extra.includes("residual") ? [numbers(m, n, 3)] : []),
      ...(extra.includes("bias") ? [vector(n, 4)] : []),
    ],
    compute: (use, x, weight, ...rest) =>
      use.linear(
        x,
        weight,
        extra.includes("residual") ? rest[0] : null,
        extra.includes("bias") ? (rest.at(-1) as tf.Tensor as tf.Tensor1D) : null,
      ),
  }),
});
const tokenCase = (temperature: number, vocabulary: number): Case => ({
  name: `tokenLogProbs, vocabulary ${vocabulary}, temperature ${temperature}`,
  make: () => {
    const targets = integers(Array.from({ length: rows }, (_, row) => (row * 7) % vocabulary));
    return {
      inputs: [numbers(rows, 24, 1), numbers(vocabulary, 24, 2)],
      compute: (use, hidden, table) => use.tokenLogProbs(hidden, table, targets, temperature),
    };
  },
});
const normCase = (width: number): Case => ({
  name: `rmsNorm, parts of ${width}`,
  make: () => ({
    inputs: [numbers(rows, 4 * width, 1), vector(width, 2)],
    compute: (use, x, gain) => use.rmsNorm(x, gain as tf.Tensor as tf.Tensor1D, 1e-6),
  }),
});
const rotaryCase = (width: number): Case => ({
  name: `rotary, width ${width}`,
  make: () => {
    const positions = integers(lengths.flatMap((length) => Array.from({ length }, (_, position) => position)));
    const tables = { cosines: tf.cos(numbers(64, width / 2, 2)), sines: tf.sin(numbers(64, width / 2, 2)) };
    return { inputs: [numbers(rows, 3 * width, 1)], compute: (use, x) => use.rotary(x, positions, tables, width) };
  },
});

const cases: Case[] = [
  // Sizes around the edges of tiles (6 rows, 8 columns), of inner blocks (256) and of parts.
  linearCase(1, 1, 1),
  linearCase(5, 3, 7, "residual"),
  linearCase(6, 8, 8),
  linearCase(301, 96, 256),
  linearCase(37, 515, 129, "residual"),
  linearCase(700, 260, 20, "residual"),
  linearCase(1, 3, 1, "bias"),
  linearCase(3, 5, 7, "bias", "residual"),
  linearCase(701, 61, 131, "bias"),
  linearCase(509, 96, 37, "bias", "residual"),
  attentionCase({ heads: 4, keyHeads: 4, width: 24 }),
  attentionCase({ heads: 4, keyHeads: 2, width: 16 }),
  attentionCase({ heads: 2, keyHeads: 1, width: 6 }),
  tokenCase(1, 40),
  tokenCase(0.7, 33),
  normCase(96),
  normCase(6),
  rotaryCase(24),
  rotaryCase(6),
  {
    name: "swiglu",
    make: () => ({
      inputs: [tf.mul(numbers(rows, 251, 1), 20), numbers(rows, 251, 2)],
      compute: (use, gate, up) => use.swiglu(gate, up),
    }),
  },
  {
    name: "gatherRows",
    make: () => {
      const indices = integers([3, 1, 4, 1, 5, 8, 2, 6, 5, 3, 5]);
      return { inputs: [numbers(9, 33, 1)], compute: (use, table) => use.gatherRows(table, indices) };
    },
  },
];

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const sameBits = (a: Float32Array, b: Float32Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

/** Value and gradients of an operation, each number weighted by another factor. */
function valueAndGradients(one: Case, use: FusedOperations): Float32Array[] {
  return tf.tidy(() => {
    const { inputs, compute } = one.make();
    const value = compute(use, ...(inputs as tf.Tensor2D[]));
    const factors = tf.reshape(numbers(1, value.size, 9), value.shape);
    const gradients = tf.grads((...args: tf.Tensor[]) =>
      tf.sum(tf.mul(compute(use, ...(args as tf.Tensor2D[])), factors)),
    );
    return [value, ...gradients(inputs)].map((tensor) => Float32Array.from(tensor.dataSync()));
  });
}

test.each(cases)(
  "$name: value and gradients are those of the definition, the same bits on any number of threads",
  async (one) => {
    await tf.setBackend("cpu");
    const expected = valueAndGradients(one, composedOperations);
    let first: Float32Array[] | null = null;
    for (const threads of threadCounts) {
      const engine = await startSimd(kernelsFile, threads);
      expect(engine.threads).toBe(threads);
      // Twice: the second time the memory holds what the first left there, and helpers are awake.
      for (let round = 0; round < 2; round++) {
        const actual = valueAndGradients(one, engine.operations);
        actual.forEach((values, index) => {
          const scale = largest(expected[index]!);
          const worst = largest(values.map((value, at) => value - expected[index]![at]!));
          expect(values).toHaveLength(expected[index]!.length);
          expect(worst).toBeLessThan(2e-5 * scale);
        });
        first ??= actual;
        expect(actual.every((values, index) => sameBits(values, first![index]!))).toBe(true);
      }
    }
  },
);

test("an update of AdamW is that of the definition, tails and all", async () => {
  const settings = {
    ...{ learning_rate: 0.01, adam_beta1: 0.9, adam_beta2: 0.99, adam_epsilon: 1e-8 },
    ...{ weight_decay: 0.1, scale: 0.5, step: 3 },
  };
  const run = (use: FusedOperations): Float32Array[] => {
    const make = (shift: number): tf.Variable => tf.variable(numbers(1, 1031, shift), false);
    const [parameter, m] = [make(1), make(2)];
    const v = tf.variable(tf.abs(numbers(1, 1031, 3)), false);
    for (let step = 0; step < 3; step++) use.adamW(parameter, numbers(1, 1031, 4), m, v, settings);
    return [parameter, m, v].map((variable) => Float32Array.from(variable.dataSync()));
  };
  await tf.setBackend("cpu");
  const expected = run(composedOperations);
  const expectedSquares = composedOperations.sumOfSquares([numbers(1, 5003, 1), numbers(3, 3, 2)]);
  const { operations } = await startSimd(kernelsFile, 2);
  run(operations).forEach((values, index) =>
    values.forEach((value, at) => expect(value).toBeCloseTo(expected[index]![at]!, 5)),
  );
  expect(operations.sumOfSquares([numbers(1, 5003, 1), numbers(3, 3, 2)])).toBeCloseTo(expectedSquares, 2);
});

test("a cache gives what attention over the whole sequence gives, also to a sample that got its prompt by a copy", async () => {
  const shape = { heads: 4, keyHeads: 2, width: 8 };
  const [length, prompt] = [12, 5];
  const [q, k, v] = [numbers(length, 32, 1), numbers(length, 16, 2), numbers(length, 16, 3)];
  const { operations } = await startSimd(kernelsFile, 2);
  for (const use of [operations, composedOperations]) {
    const whole = use.causalAttention(q, k, v, packed([length]), shape).arraySync();
    const cache = use.createCache(2, 3, length, shape);
    const at = (values: tf.Tensor2D, first: number, count: number): tf.Tensor2D =>
      tf.slice(values, [first, 0], [count, values.shape[1]]);
    // Layer 0 holds other numbers, so that layers are not mistaken for each other.
    cache.write(0, at(v, 0, prompt), at(k, 0, prompt), integers([0, 1, 2, 3, 4]));
    cache.write(1, at(k, 0, prompt), at(v, 0, prompt), integers([0, 1, 2, 3, 4]));
    cache.copyRows(0, 2 * length, prompt);
    for (let position = prompt; position < length; position++) {
      const row = 2 * length + position;
      cache.write(1, at(k, position, 1), at(v, position, 1), integers([row]));
      const table = tf.tensor2d([[0, 1, 2 * length, position + 1]], [1, 4], "int32");
      const [actual] = cache.attend(1, at(q, position, 1), { table, count: 1, longest: position + 1 }).arraySync();
      actual!.forEach((value, column) => expect(value).toBeCloseTo(whole[position]![column]!, 5));
    }
    cache.dispose();
  }
});

test("sums of tensors of equal and of different shapes are what tfjs gives", async () => {
  await startSimd(kernelsFile, 2);
  const [a, b, row] = [numbers(37, 111, 1), numbers(37, 111, 2), numbers(1, 111, 3)];
  const expected = (other: tf.Tensor2D): number[] => {
    const [left, right] = [a.dataSync(), other.dataSync()];
    return Array.from(left, (value, index) => Math.fround(value + right[index % right.length]!));
  };
  expect(Array.from(tf.add(a, b).dataSync())).toEqual(expected(b));
  expect(Array.from(tf.add(a, row).dataSync())).toEqual(expected(row));
  expect(Array.from(tf.add(integers([1, 2]), integers([3, 4])).dataSync())).toEqual([4, 6]);
});

test("kernels that compute something else are found out, and said in one sentence", async () => {
  const { operations } = await startSimd(kernelsFile, 2);
  expect(knownAnswerProblem(operations)).toBeNull();
  const off: FusedOperations = { ...operations, swiglu: (gate, up) => operations.swiglu(up, gate) };
  expect(knownAnswerProblem(off)).toMatch(/^the loss of a known block is off by/);
  const broken: FusedOperations = {
    ...operations,
    rmsNorm: (x, gain) => operations.rmsNorm(x, gain, NaN),
  };
  expect(knownAnswerProblem(broken)).toMatch(/is off by NaN/);
});

test("without the helper's file the kernels run on one thread", async () => {
  const alone = join(mkdtempSync(join(dirname(kernelsFile), "alone-")), "kernels.wasm");
  copyFileSync(kernelsFile, alone);
  const { threads, operations } = await startSimd(alone, 4);
  expect(threads).toBe(1);
  expect(knownAnswerProblem(operations)).toBeNull();
});
