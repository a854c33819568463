import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { copyFileSync, mkdtempSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { composedOperations } from "../composed/operations";
import type { FusedOperations } from "../fused-operations";
import { knownAnswerProblem } from "../known-answer";
import { misuseCases } from "../misuse-cases";
import { logitsRows } from "../logits-block";
import {
  integers,
  largest,
  numbers,
  operationCases,
  packed,
  valueAndGradients,
  type OperationCase,
} from "../operation-cases";
import { startSimd } from "./start";
import { testKernels } from "./kernels.testing";

const threadCounts = [1, 2, 3];
const built = testKernels();

beforeAll(() => {
  tf.enableProdMode();
});

const sameBits = (a: Float32Array, b: Float32Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

test.each(operationCases)(
  "$name: value and gradients are those of the definition, the same bits on any number of threads",
  async (one) => {
    await tf.setBackend("cpu");
    const expected = valueAndGradients(one, composedOperations);
    let first: Float32Array[] | null = null;
    for (const threads of threadCounts) {
      const engine = await startSimd(built.file, threads);
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

test("logits of a wide vocabulary come in blocks of rows, whose gradients of the table are added up", async () => {
  const [rows, vocabulary, width] = [261, 20_000, 8];
  expect(logitsRows(vocabulary)).toBeLessThan(rows);
  const wide = (...parts: readonly (readonly [first: number, count: number])[]): OperationCase => ({
    name: "wide",
    make: () => {
      const targets = parts.map(([first, count]) =>
        integers(Array.from({ length: count }, (_, row) => ((first + row) * 7919) % vocabulary)),
      );
      return {
        inputs: [numbers(rows, width, 1), numbers(vocabulary, width, 2)],
        compute: (use, hidden, table) =>
          tf.concat(
            parts.map(([first, count], part) =>
              use.tokenLogProbs(tf.slice(hidden, [first, 0], [count, width]), table, targets[part]!, 0.7),
            ),
            1,
          ),
      };
    },
  });
  const { operations } = await startSimd(built.file, 2);
  const expected = valueAndGradients(wide([0, 130], [130, rows - 130]), operations);
  const actual = valueAndGradients(wide([0, rows]), operations);
  actual.forEach((values, index) => {
    const worst = largest(values.map((value, at) => value - expected[index]![at]!));
    expect(worst).toBeLessThan(1e-5 * largest(expected[index]!));
  });
});

test("an update of AdamW is that of the definition, tails and all", async () => {
  const settings = {
    learning_rate: 0.01,
    adam_beta1: 0.9,
    adam_beta2: 0.99,
    adam_epsilon: 1e-8,
    weight_decay: 0.1,
    scale: 0.5,
    step: 3,
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
  const { operations } = await startSimd(built.file, 2);
  run(operations).forEach((values, index) =>
    values.forEach((value, at) => expect(value).toBeCloseTo(expected[index]![at]!, 5)),
  );
  expect(operations.sumOfSquares([numbers(1, 5003, 1), numbers(3, 3, 2)])).toBeCloseTo(expectedSquares, 2);
});

test("a cache gives what attention over the whole sequence gives, also to a sample that got its prompt by a copy", async () => {
  const shape = { heads: 4, keyHeads: 2, width: 8 };
  const [length, prompt] = [12, 5];
  const [q, k, v] = [numbers(length, 32, 1), numbers(length, 16, 2), numbers(length, 16, 3)];
  const { operations } = await startSimd(built.file, 2);
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

test.each(misuseCases)("$name is refused, by the kernels and by the definition", async ({ run, message }) => {
  const { operations } = await startSimd(built.file, 2);
  for (const use of [operations, composedOperations])
    expect(() => tf.tidy(() => run(use) as tf.Tensor)).toThrow(message);
});

test("sums of tensors of equal and of different shapes are what tfjs gives", async () => {
  await startSimd(built.file, 2);
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
  const { operations } = await startSimd(built.file, 2);
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
  const alone = join(mkdtempSync(join(dirname(built.file), "alone-")), "kernels.wasm");
  copyFileSync(built.file, alone);
  const { threads, operations } = await startSimd(alone, 4);
  expect(threads).toBe(1);
  expect(knownAnswerProblem(operations)).toBeNull();
});

test.each(operationCases)("$name: the gradients are those of finite differences", async (one) => {
  const { operations } = await startSimd(built.file, 2);
  tf.tidy(() => {
    const { inputs, compute } = one.make();
    const valueOf = (values: readonly tf.Tensor[]): number => {
      const value = compute(operations, ...(values as tf.Tensor2D[]));
      return tf.sum(tf.mul(value, tf.reshape(numbers(1, value.size, 9), value.shape))).dataSync()[0]!;
    };
    const [, ...gradients] = valueAndGradients(one, operations);
    inputs.forEach((input, index) => {
      // Along a direction, because a difference of one number drowns in the rounding of the sum.
      const direction = tf.reshape(numbers(1, input.size, 4 + index), input.shape);
      const step = 0.01;
      const moved = (by: number): number =>
        valueOf(inputs.map((other, at) => (at === index ? tf.add(other, tf.mul(direction, by)) : other)));
      const slope = (moved(step) - moved(-step)) / (2 * step);
      const along = direction.dataSync<"float32">();
      const expected = gradients[index]!.reduce((sum, value, at) => sum + value * along[at]!, 0);
      const norm = Math.sqrt(gradients[index]!.reduce((sum, value) => sum + value * value, 0));
      expect(Math.abs(slope - expected)).toBeLessThan(0.02 * norm);
    });
  });
});
