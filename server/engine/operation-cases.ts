/** Cases of the fused operations at awkward shapes, for the tests of every engine. */
import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations, HeadShape, Sequences } from "./fused-operations";

/** The same irregular numbers between −1 and 1 each time. */
export const numbers = (rows: number, columns: number, shift: number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: rows * columns }, (_, index) =>
      Math.sin(1.3 * index + 0.1 * ((index * index) % 31) + shift),
    ),
    [rows, columns],
  );
const vector = (length: number, shift: number): tf.Tensor1D => tf.reshape(numbers(1, length, shift), [length]);
export const integers = (values: readonly number[]): tf.Tensor1D => tf.tensor1d([...values], "int32");

/** Sequences of these lengths, one after the other. */
export function packed(lengths: readonly number[]): Sequences {
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

export interface OperationCase {
  readonly name: string;
  /** Makes the operation's tensors: those that gradients are taken of, and in the closure those that they are not. */
  readonly make: () => {
    readonly inputs: tf.Tensor[];
    readonly compute: (use: FusedOperations, ...inputs: tf.Tensor2D[]) => tf.Tensor;
  };
}

const lengths = [1, 7, 2, 40, 19, 5];
const rows = lengths.reduce((sum, length) => sum + length, 0);
const attentionCase = (shape: HeadShape, window: number | null = null): OperationCase => ({
  name: `causalAttention, ${shape.heads} heads on ${shape.keyHeads}, width ${shape.width}${window === null ? "" : `, window ${window}`}`,
  make: () => {
    const sequences = { ...packed(lengths), window };
    const [queries, keys] = [shape.heads * shape.width, shape.keyHeads * shape.width];
    return {
      inputs: [numbers(rows, queries, 1), numbers(rows, keys, 2), numbers(rows, keys, 3)],
      compute: (use, q, k, v) => use.causalAttention(q, k, v, sequences, shape),
    };
  },
});
const linearCase = (m: number, k: number, n: number, ...extra: readonly ("residual" | "bias")[]): OperationCase => ({
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
const tokenCase = (temperature: number, vocabulary: number): OperationCase => ({
  name: `tokenLogProbs, vocabulary ${vocabulary}, temperature ${temperature}`,
  make: () => {
    const targets = integers(Array.from({ length: rows }, (_, row) => (row * 7) % vocabulary));
    return {
      inputs: [numbers(rows, 24, 1), numbers(vocabulary, 24, 2)],
      compute: (use, hidden, table) => use.tokenLogProbs(hidden, table, targets, temperature),
    };
  },
});
const normCase = (width: number): OperationCase => ({
  name: `rmsNorm, parts of ${width}`,
  make: () => ({
    inputs: [numbers(rows, 4 * width, 1), vector(width, 2)],
    compute: (use, x, gain) => use.rmsNorm(x, gain as tf.Tensor as tf.Tensor1D, 1e-6),
  }),
});
const rotaryCase = (width: number): OperationCase => ({
  name: `rotary, width ${width}`,
  make: () => {
    const positions = integers(lengths.flatMap((length) => Array.from({ length }, (_, position) => position)));
    const tables = { cosines: tf.cos(numbers(64, width / 2, 2)), sines: tf.sin(numbers(64, width / 2, 2)) };
    return { inputs: [numbers(rows, 3 * width, 1)], compute: (use, x) => use.rotary(x, positions, tables, width) };
  },
});

export const operationCases: readonly OperationCase[] = [
  // Sizes around the edges of tiles (6 rows, 8 columns), of inner blocks (256) and of parts.
  linearCase(1, 1, 1),
  linearCase(5, 3, 7, "residual"),
  linearCase(6, 8, 8),
  linearCase(301, 96, 256),
  linearCase(37, 515, 129, "residual"),
  linearCase(700, 260, 20, "residual"),
  // The weight's gradient has more columns than a block of panels.
  linearCase(3, 530, 390),
  linearCase(1, 3, 1, "bias"),
  linearCase(3, 5, 7, "bias", "residual"),
  linearCase(701, 61, 131, "bias"),
  linearCase(509, 96, 37, "bias", "residual"),
  attentionCase({ heads: 4, keyHeads: 4, width: 24 }),
  attentionCase({ heads: 4, keyHeads: 2, width: 16 }),
  attentionCase({ heads: 2, keyHeads: 1, width: 6 }),
  attentionCase({ heads: 4, keyHeads: 2, width: 16 }, 7),
  attentionCase({ heads: 2, keyHeads: 1, width: 4 }, 2),
  attentionCase({ heads: 2, keyHeads: 1, width: 6 }, 5),
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
    name: "geglu",
    make: () => ({
      inputs: [tf.mul(numbers(rows, 251, 1), 8), numbers(rows, 251, 2)],
      compute: (use, gate, up) => use.geglu(gate, up),
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

export const largest = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Value and gradients of an operation, each number weighted by another factor. */
export function valueAndGradients(one: OperationCase, use: FusedOperations): Float32Array[] {
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
