/** What every engine refuses to compute, because it would read outside of what it was given: for the tests of every engine. */
import * as tf from "@tensorflow/tfjs-core";
import type { Decoder, DecoderLayer, FusedOperations, ReadPrompts } from "./fused-operations";
import { integers, numbers, packed } from "./operation-cases";

export interface MisuseCase {
  readonly name: string;
  readonly run: (use: FusedOperations) => unknown;
  /** What the error says. */
  readonly message: RegExp;
}

const shape = { heads: 2, keyHeads: 1, width: 4 };
const tables = () => ({ cosines: numbers(8, 2, 1), sines: numbers(8, 2, 2) });
const table = (rows: readonly (readonly [number, number, number, number])[], longest: number) => ({
  table: tf.tensor2d(rows.flat(), [rows.length, 4], "int32"),
  count: rows.length,
  longest,
});

const rowCases = [-1, 9, 2 ** 30].flatMap((id): MisuseCase[] => [
  {
    name: `gatherRows of row ${id} of 9`,
    run: (use) => use.gatherRows(numbers(9, 4, 1), integers([0, 8, id])),
    message: new RegExp(`row or token id is ${id}, outside of a table, which has 9 rows \\(0 to 8\\)`),
  },
  {
    name: `tokenLogProbs of token ${id} of 9`,
    run: (use) => use.tokenLogProbs(numbers(3, 4, 1), numbers(9, 4, 2), integers([0, 8, id]), 1),
    message: new RegExp(`token that is predicted is ${id}, outside of the output layer`),
  },
]);
const positionCases = [-1, 8, 10_000].map((position): MisuseCase => ({
  name: `rotary at position ${position} of 8`,
  run: (use) => use.rotary(numbers(2, 8, 1), integers([7, position]), tables(), 4),
  message: new RegExp(`position of a token is ${position}, outside of the model's positions .*8 rows`),
}));

const attention = (
  name: string,
  rows: readonly (readonly [number, number, number, number])[],
  message: RegExp,
  longest = 5,
): MisuseCase => ({
  name: `causalAttention, ${name}`,
  run: (use) => use.causalAttention(numbers(5, 8, 1), numbers(5, 4, 2), numbers(5, 4, 3), table(rows, longest), shape),
  message,
});
const attentionCases: readonly MisuseCase[] = [
  attention("keys behind the last row", [[0, 5, 2, 5]], /keys from row 2, which is not within 5 rows/),
  attention("queries behind the last row", [[3, 5, 0, 5]], /5 queries from row 3/),
  attention("a row before the first", [[-1, 5, -1, 5]], /queries from row -1/),
  attention("a sequence without tokens", [[0, 0, 0, 0], [0, 5, 0, 5]], /Sequence 0 has 0 queries/), // prettier-ignore
  attention("more queries than keys", [[0, 5, 0, 4]], /5 queries from row 0 and 4 keys/),
  attention("a sequence longer than the longest", [[0, 5, 0, 5]], /5 keys, more than the 3 of the longest/, 3),
  attention("rows that no sequence has", [[0, 3, 0, 3]], /have 3 rows in all, and there are 5/),
  attention("sequences over each other", [[0, 3, 0, 3], [1, 4, 1, 4]], /does not begin at row 3/), // prettier-ignore
  {
    name: "causalAttention, a window of no keys",
    run: (use) =>
      use.causalAttention(numbers(5, 8, 1), numbers(5, 4, 2), numbers(5, 4, 3), { ...packed([5]), window: 0 }, shape),
    message: /a window of 0 keys is none/,
  },
  {
    name: "causalAttention, fewer values than keys",
    run: (use) => use.causalAttention(numbers(5, 8, 1), numbers(5, 4, 2), numbers(4, 4, 3), packed([5]), shape),
    message: /values of the shape 4 × 4 in place of 5 × 4/,
  },
];

const cached = (run: (cache: ReturnType<FusedOperations["createCache"]>) => unknown) => (use: FusedOperations) => {
  const cache = use.createCache(2, 3, 4, shape);
  try {
    return run(cache);
  } finally {
    cache.dispose();
  }
};
const cacheCases: readonly MisuseCase[] = [
  ...[-1, 12].map((row): MisuseCase => ({
    name: `a cache of 12 rows, written at ${row}`,
    run: cached((cache) => cache.write(0, numbers(1, 4, 1), numbers(1, 4, 2), integers([row]))),
    message: new RegExp(`written to is ${row}, outside of the cache`),
  })),
  {
    name: "a cache of 12 rows, read behind them",
    run: cached((cache) => cache.attend(0, numbers(1, 8, 1), table([[0, 1, 8, 5]], 5))),
    message: /5 keys from row 8, which is not within 1 rows of queries and 12 of keys/,
  },
  {
    name: "a cache of 12 rows, copied behind them",
    run: cached((cache) => cache.copyRows(0, 10, 4)),
    message: /4 rows from 0 to 10 are not within the cache/,
  },
  {
    name: "a cache of two layers, written in a third",
    run: cached((cache) => cache.write(2, numbers(1, 4, 1), numbers(1, 4, 2), integers([0]))),
    message: /no layer 2/,
  },
];

const shapeCases: readonly MisuseCase[] = [
  {
    name: "linear of narrower rows",
    run: (use) => use.linear(numbers(2, 3, 1), numbers(5, 4, 2)),
    message: /shape 2 × 3 in place of any × 4/,
  },
  {
    name: "linear with another residual",
    run: (use) => use.linear(numbers(2, 4, 1), numbers(5, 4, 2), numbers(1, 5, 3)),
    message: /a residual of the shape 1 × 5/,
  },
  {
    name: "rmsNorm of parts that do not fill a row",
    run: (use) => use.rmsNorm(numbers(2, 6, 1), tf.reshape(numbers(1, 4, 2), [4]), 1e-6),
    message: /not made of parts of 4/,
  },
  {
    name: "swiglu of unlike halves",
    run: (use) => use.swiglu(numbers(2, 6, 1), numbers(1, 6, 2)),
    message: /SwiGLU of the shape 1 × 6/,
  },
  {
    name: "geglu of unlike halves",
    run: (use) => use.geglu(numbers(2, 6, 1), numbers(1, 6, 2)),
    message: /GEGLU of the shape 1 × 6/,
  },
  {
    name: "tokenLogProbs of fewer rows than targets",
    run: (use) => use.tokenLogProbs(numbers(2, 4, 1), numbers(9, 4, 2), integers([1, 2, 3]), 1),
    message: /hidden states of the shape 2 × 4/,
  },
  {
    name: "rotary with fewer positions than rows",
    run: (use) => use.rotary(numbers(3, 8, 1), integers([1, 2]), tables(), 4),
    message: /positions of the shape 2 in place of 3/,
  },
];

function decoder(vocabulary: number, embedded = vocabulary): Decoder {
  const vector = (length: number): tf.Tensor1D => tf.ones([length]);
  const layer: DecoderLayer = {
    inputNorm: vector(8),
    attentionNorm: null,
    feedNorm: vector(8),
    outputNorm: null,
    rotary: tables(),
    window: null,
    query: numbers(8, 8, 1),
    key: numbers(4, 8, 2),
    value: numbers(4, 8, 3),
    output: numbers(8, 8, 4),
    queryBias: null,
    keyBias: null,
    valueBias: null,
    queryNorm: null,
    keyNorm: null,
    outputBias: null,
    gate: numbers(6, 8, 5),
    up: numbers(6, 8, 6),
    down: numbers(8, 6, 7),
    gateBias: null,
    upBias: null,
    downBias: null,
  };
  return {
    layers: [layer],
    shape,
    embedding: numbers(embedded, 8, 8),
    finalNorm: vector(8),
    outputTable: numbers(vocabulary, 8, 9),
    embeddingScale: 1,
    activation: "silu",
    epsilon: 1e-6,
    adapters: new Map(),
  };
}
const prompts = (lengths: readonly number[], rows: number): ReadPrompts => ({
  lengths,
  keys: [numbers(rows, 4, 1)],
  values: [numbers(rows, 4, 2)],
  logits: numbers(lengths.length, 9, 3),
});
const request = (max_completion_length: number, uniforms: Float64Array | null = null) => ({
  samples: 1,
  max_completion_length,
  uniforms,
  stops: [1],
  temperature: 1,
  top_k: 0,
  top_p: 1,
  min_p: 0,
});
const decodeCases: readonly MisuseCase[] = [
  {
    name: "decode past the model's positions",
    run: (use) => use.decode(decoder(9), prompts([2, 5], 7), request(5)),
    message: /prompt of 5 tokens and a completion of up to 5 do not fit into the model's positions .*which are 8/,
  },
  {
    name: "decode of an empty prompt",
    run: (use) => use.decode(decoder(9), prompts([2, 0], 2), request(2)),
    message: /prompt without tokens/,
  },
  {
    name: "decode of fewer keys than tokens",
    run: (use) => use.decode(decoder(9), prompts([2, 3], 4), request(2)),
    message: /keys of the shape 4 × 4 in place of 5 × 4/,
  },
  {
    name: "decode of tokens without an embedding",
    run: (use) => use.decode(decoder(9, 7), prompts([2], 2), request(2)),
    message: /draws 9 tokens, of which the embedding has 7/,
  },
  {
    name: "decode with a norm of half a head",
    run: (use) => {
      const { layers, ...rest } = decoder(9);
      const gain: tf.Tensor1D = tf.ones([2]);
      return use.decode(
        { ...rest, layers: layers.map((layer) => ({ ...layer, queryNorm: gain })) },
        prompts([2], 2),
        request(2),
      );
    },
    message: /norm of 2 numbers fits neither a head of 4 nor 2 of them/,
  },
  {
    name: "decode with too few random numbers",
    run: (use) => use.decode(decoder(9), prompts([2], 2), request(3, new Float64Array(2))),
    message: /2 random numbers for 3 tokens/,
  },
];

export const misuseCases: readonly MisuseCase[] = [
  ...rowCases,
  ...positionCases,
  ...attentionCases,
  ...cacheCases,
  ...shapeCases,
  ...decodeCases,
];
