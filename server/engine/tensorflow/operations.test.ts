import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { beforeAll, describe, expect, test } from "vitest";
import { composedOperations } from "../composed/operations";
import type { FusedOperations } from "../fused-operations";
import { knownAnswerProblem } from "../known-answer";
import { misuseCases } from "../misuse-cases";
import { largest, numbers, operationCases, valueAndGradients } from "../operation-cases";
import { attentionOperation } from "./attention";
import { startTensorflow } from "./start";
import type { StartedTensorflow } from "./start";

/** The native binding of an installed TensorFlow; the test command sets it. Without one the tests are skipped. */
const binding = process.env["REASONING_LAB_TENSORFLOW"];

describe.skipIf(binding === undefined)("TensorFlow", () => {
  let engine: StartedTensorflow;
  beforeAll(async () => {
    tf.enableProdMode();
    engine = await startTensorflow(binding!);
  });

  test.each(operationCases)("$name: value and gradients are those of the definition", async (one) => {
    await tf.setBackend("cpu");
    const expected = valueAndGradients(one, composedOperations);
    await startTensorflow(binding!);
    const actual = valueAndGradients(one, engine.operations);
    actual.forEach((values, index) => {
      const scale = largest(expected[index]!);
      expect(values).toHaveLength(expected[index]!.length);
      expect(largest(values.map((value, at) => value - expected[index]![at]!))).toBeLessThan(2e-5 * scale);
    });
  });

  test.each(operationCases.filter(({ name }) => name.startsWith("causalAttention")))(
    "$name: sequence by sequence, with weights computed again, it is the same",
    async (one) => {
      await startTensorflow(binding!);
      const small = { block: 500, kept: 0 };
      const expected = valueAndGradients(one, engine.operations);
      const operations = { ...engine.operations, causalAttention: attentionOperation(engine.graph, small) };
      valueAndGradients(one, operations).forEach((values, index) =>
        values.forEach((value, at) => expect(value).toBeCloseTo(expected[index]![at]!, 4)),
      );
    },
  );

  test.each(misuseCases)("$name is refused", async ({ run, message }) => {
    await startTensorflow(binding!);
    expect(() => tf.tidy(() => run(engine.operations) as tf.Tensor)).toThrow(message);
  });

  test("an update of AdamW and the sum of squares are those of the definition", async () => {
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
    const squares = composedOperations.sumOfSquares([numbers(1, 5003, 1), numbers(3, 3, 2)]);
    await startTensorflow(binding!);
    run(engine.operations).forEach((values, index) =>
      values.forEach((value, at) => expect(value).toBeCloseTo(expected[index]![at]!, 5)),
    );
    expect(engine.operations.sumOfSquares([numbers(1, 5003, 1), numbers(3, 3, 2)])).toBeCloseTo(squares, 2);
  });

  test("the known answer is given, and computing it leaves no tensors behind", async () => {
    await startTensorflow(binding!);
    expect(knownAnswerProblem(engine.operations)).toBeNull();
    const before = tf.memory().numTensors;
    expect(knownAnswerProblem(engine.operations)).toBeNull();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("another binding than the one that is loaded is refused", async () => {
    await expect(startTensorflow(`${binding!}.other`)).rejects.toThrow("a process can load it once");
  });
});
