/**
 * The fused operations of an engine behind a look at what they are asked to read: kernels trust their indices, and one that points outside of its table
 * would read what happens to lie there. Shapes, token ids, positions, rows of sequences and of caches are held against the tables; what does not fit is an
 * Error that says what it is, and nothing is computed.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type {
  DecodeRequest,
  Decoder,
  FusedOperations,
  HeadShape,
  KeyValueCache,
  ReadPrompts,
  RotaryTables,
  Sequences,
} from "./fused-operations";
import { largestOf } from "../shared/extremes";

/** Numbers of tensors that were read: they do not change, and positions come once a layer. */
const read = new WeakMap<object, Int32Array>();

function integersOf(tensor: tf.Tensor, what: string): Int32Array {
  if (tensor.dtype !== "int32") throw new Error(`The engine takes ${what} as int32, not as ${tensor.dtype}.`);
  const known = read.get(tensor.dataId);
  if (known) return known;
  const values = tensor.dataSync<"int32">();
  read.set(tensor.dataId, values);
  return values;
}

/** Throws unless every index is a row of a table of `rows` rows. `one`: what an index is, for the message. */
function checkRows(indices: tf.Tensor, rows: number, one: string, table: string): void {
  for (const index of integersOf(indices, one))
    if (index < 0 || index >= rows)
      throw new Error(
        `${one} is ${index}, outside of ${table}, which has ${rows} rows (0 to ${rows - 1}): nothing was computed.`,
      );
}

/** Throws unless a tensor has a shape; null: any length. */
function checkShape(tensor: tf.Tensor, shape: readonly (number | null)[], what: string): void {
  const fits =
    tensor.shape.length === shape.length && shape.every((size, at) => size === null || size === tensor.shape[at]);
  if (fits) return;
  const wanted = shape.map((size) => size ?? "any").join(" × ");
  throw new Error(`The engine was given ${what} of the shape ${tensor.shape.join(" × ")} in place of ${wanted}.`);
}

/** Throws unless all sequences lie within the rows of queries and keys, and none is longer than `longest`, which scratch memory is made for. */
function checkSequences({ table, count, longest, window }: Sequences, queries: number, keys: number): Int32Array {
  checkWindow(window);
  if (table.shape[0] !== count || table.shape[1] !== 4)
    throw new Error(`A table of ${count} sequences has the shape ${count} × 4, not ${table.shape.join(" × ")}.`);
  const places = integersOf(table, "a table of sequences");
  for (let sequence = 0; sequence < count; sequence++) {
    const [firstQuery, ownQueries, firstKey, ownKeys] = places.subarray(4 * sequence, 4 * sequence + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const within = (first: number, own: number, rows: number): boolean => first >= 0 && own >= 1 && first + own <= rows;
    if (!within(firstQuery, ownQueries, queries) || !within(firstKey, ownKeys, keys) || ownQueries > ownKeys)
      throw new Error(
        `Sequence ${sequence} has ${ownQueries} queries from row ${firstQuery} and ${ownKeys} keys from row ${firstKey}, which is not ` +
          `within ${queries} rows of queries and ${keys} of keys.`,
      );
    if (ownKeys > longest)
      throw new Error(`Sequence ${sequence} has ${ownKeys} keys, more than the ${longest} of the longest one.`);
  }
  return places;
}

/** Throws unless sequences are all rows, one after the other, with as many queries as keys at the same rows. */
function checkWhole(places: Int32Array, rows: number): void {
  let next = 0;
  for (let at = 0; at < places.length; at += 4) {
    if (places[at] !== next || places[at + 2] !== next || places[at + 1] !== places[at + 3])
      throw new Error(`Sequence ${at / 4} does not begin at row ${next}, where the one before it ends.`);
    next += places[at + 1]!;
  }
  if (next !== rows) throw new Error(`The sequences have ${next} rows in all, and there are ${rows}.`);
}

function checkTables({ cosines, sines }: RotaryTables, width: number): number {
  const positions = cosines.shape[0];
  checkShape(cosines, [null, width / 2], "cosines of positions");
  checkShape(sines, [positions, width / 2], "sines of positions");
  return positions;
}

const positionTable = "the model's positions (max_position_embeddings)";

function checkHeads(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, { heads, keyHeads, width }: HeadShape): void {
  checkShape(q, [null, heads * width], "queries");
  checkShape(k, [null, keyHeads * width], "keys");
  checkShape(v, [k.shape[0], keyHeads * width], "values");
}

/** Throws unless a norm takes a head, or all heads. */
function checkNorm(gain: tf.Tensor1D | null, width: number, heads: number): void {
  if (gain && gain.size !== width && gain.size !== heads * width)
    throw new Error(`A norm of ${gain.size} numbers fits neither a head of ${width} nor ${heads} of them.`);
}

function checkWindow(window: number | null | undefined): void {
  if (window != null && !(Number.isInteger(window) && window >= 1))
    throw new Error(`A query sees at least its own key; a window of ${window} keys is none.`);
}

/** Throws unless a completion of every prompt can be decoded within the model's tables. */
function checkDecode(decoder: Decoder, prompts: ReadPrompts, request: DecodeRequest): void {
  const { layers, shape, embedding, outputTable } = decoder;
  const { lengths, keys, values, logits } = prompts;
  const { samples, max_completion_length: most, uniforms } = request;
  const positions = Math.min(
    ...layers.flatMap(({ rotary }) => (rotary === null ? [] : [checkTables(rotary, shape.width)])),
  );
  for (const { queryNorm, keyNorm, window } of layers) {
    checkNorm(queryNorm, shape.width, shape.heads);
    checkNorm(keyNorm, shape.width, shape.keyHeads);
    checkWindow(window);
  }
  const vocabulary = outputTable.shape[0];
  if (lengths.some((length) => length < 1)) throw new Error("A prompt without tokens cannot be gone on from.");
  if (vocabulary > embedding.shape[0])
    throw new Error(`The output layer draws ${vocabulary} tokens, of which the embedding has ${embedding.shape[0]}.`);
  // The last token that is drawn is not read.
  const last = largestOf(lengths) + most - 2;
  if (last >= positions)
    throw new Error(
      `A prompt of ${largestOf(lengths)} tokens and a completion of up to ${most} do not fit into ${positionTable}, which are ${positions}.`,
    );
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  if (keys.length !== layers.length || values.length !== layers.length)
    throw new Error(
      `There are keys of ${keys.length} layers and values of ${values.length} for ${layers.length} layers.`,
    );
  for (const part of [...keys, ...values]) checkShape(part, [rows, shape.keyHeads * shape.width], "a prompt's keys");
  checkShape(logits, [lengths.length, vocabulary], "logits of prompts");
  const drawn = lengths.length * samples * most;
  if (uniforms && uniforms.length !== drawn)
    throw new Error(`There are ${uniforms.length} random numbers for ${drawn} tokens.`);
}

function checkedCache(cache: KeyValueCache, layers: number, rows: number, shape: HeadShape): KeyValueCache {
  const width = shape.keyHeads * shape.width;
  const table = "the cache";
  const checkLayer = (layer: number): void => {
    if (!(Number.isInteger(layer) && layer >= 0 && layer < layers))
      throw new Error(`There is no layer ${layer} in a cache of ${layers} layers.`);
  };
  return {
    write(layer, keys, values, at) {
      checkLayer(layer);
      checkShape(keys, [at.shape[0], width], "keys");
      checkShape(values, [at.shape[0], width], "values");
      checkRows(at, rows, "A row that keys are written to", table);
      cache.write(layer, keys, values, at);
    },
    attend(layer, queries, sequences) {
      checkLayer(layer);
      checkShape(queries, [null, shape.heads * shape.width], "queries");
      checkSequences(sequences, queries.shape[0], rows);
      return cache.attend(layer, queries, sequences);
    },
    copyRows(from, to, count) {
      if (!(from >= 0 && to >= 0 && count >= 0 && from + count <= rows && to + count <= rows))
        throw new Error(`${count} rows from ${from} to ${to} are not within ${table}, which has ${rows} rows.`);
      cache.copyRows(from, to, count);
    },
    dispose() {
      cache.dispose();
    },
  };
}

/** The operations of an engine, none of which reads outside of what it is given. */
export function checkedOperations(unchecked: FusedOperations): FusedOperations {
  return {
    // Named one by one, so that a new operation does not pass unlooked at.
    memoryLimit: unchecked.memoryLimit,
    place: unchecked.place,
    keepWeights: unchecked.keepWeights,
    sumOfSquares: unchecked.sumOfSquares,

    gatherRows(table, indices) {
      checkRows(indices, table.shape[0], "A row or token id", "a table");
      return unchecked.gatherRows(table, indices);
    },

    linear(x, weight, residual = null, bias = null) {
      const [outputs, inputs] = weight.shape;
      checkShape(x, [null, inputs], "rows of a linear layer");
      if (residual) checkShape(residual, [x.shape[0], outputs], "a residual");
      if (bias) checkShape(bias, [outputs], "a bias");
      return unchecked.linear(x, weight, residual, bias);
    },

    rmsNorm(x, gain, epsilon) {
      if (x.shape[1] % gain.shape[0] !== 0)
        throw new Error(`Rows of ${x.shape[1]} numbers are not made of parts of ${gain.shape[0]}.`);
      return unchecked.rmsNorm(x, gain, epsilon);
    },

    rotary(x, positions, tables, width) {
      const table = checkTables(tables, width);
      checkShape(positions, [x.shape[0]], "positions");
      if (x.shape[1] % width !== 0) throw new Error(`Rows of ${x.shape[1]} numbers are not made of heads of ${width}.`);
      checkRows(positions, table, "The position of a token", positionTable);
      return unchecked.rotary(x, positions, tables, width);
    },

    causalAttention(q, k, v, sequences, shape) {
      checkHeads(q, k, v, shape);
      checkShape(k, [q.shape[0], null], "keys");
      checkWhole(checkSequences(sequences, q.shape[0], k.shape[0]), q.shape[0]);
      return unchecked.causalAttention(q, k, v, sequences, shape);
    },

    swiglu(gate, up) {
      checkShape(up, gate.shape, "the upper half of a SwiGLU");
      return unchecked.swiglu(gate, up);
    },

    geglu(gate, up) {
      checkShape(up, gate.shape, "the upper half of a GEGLU");
      return unchecked.geglu(gate, up);
    },

    tokenLogProbs(hidden, table, targets, temperature) {
      checkShape(hidden, [targets.shape[0], table.shape[1]], "hidden states");
      checkRows(targets, table.shape[0], "A token that is predicted", "the output layer");
      return unchecked.tokenLogProbs(hidden, table, targets, temperature);
    },

    adamW(parameter, gradient, m, v, settings) {
      for (const other of [gradient, m, v]) checkShape(other, parameter.shape, "a gradient or its moments");
      unchecked.adamW(parameter, gradient, m, v, settings);
    },

    decode(decoder, prompts, request) {
      checkDecode(decoder, prompts, request);
      return unchecked.decode(decoder, prompts, request);
    },

    createCache: (layers, slots, length, shape) =>
      checkedCache(unchecked.createCache(layers, slots, length, shape), layers, slots * length, shape),
  };
}
