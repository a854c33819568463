import * as tf from "@tensorflow/tfjs-core";
import { sampleToken } from "../composed/sample-token";
import { decodingOf, insertedToken, newMarks, type DecodingMarks } from "../decoding-marks";
import type {
  DecodeRequest,
  Decoded,
  Decoder,
  DecoderLayer,
  FusedOperations,
  ReadPrompts,
  RotaryTables,
} from "../fused-operations";
import * as g from "./graph";
import type { Graph } from "./graph";
import { withLowRank } from "../low-rank";
import { anglesOf, geluShare, turn } from "./operations";
import { largestOf } from "../../shared/extremes";

/** Numbers of the keys and values of a batch: beyond it the other sequences wait for the next batch. */
const cacheBudget = 2 ** 28;
/** Rows of sequences that have ended are computed along until so many of a batch have. */
const endedShare = 0.25;

/** What draws completions. */
export type DecodeOperations = Pick<FusedOperations, "decode" | "keepWeights">;

/** Weights that the embedded kernels can hold beside keys and values: a third of what wasm32 addresses. */
const mostKernelNumbers = 350_000_000;

/**
 * On a processor the decoding kernel, which makes no calls between tokens, is several times faster than operations of TensorFlow; models that
 * do not fit into its memory, and those on a GPU, are decoded by TensorFlow.
 */
export function chooseDecode(graph: Graph, device: "cpu" | "gpu", kernel: DecodeOperations | null): DecodeOperations {
  const own = decodeOperation(graph);
  if (device === "gpu" || kernel === null) return { decode: own, keepWeights: () => () => undefined };
  const decode: FusedOperations["decode"] = (decoder, prompts, request) => {
    const matrices = decoder.layers.flatMap(({ query, key, value, output, gate, up, down }) => [
      query,
      key,
      value,
      output,
      gate,
      up,
      down,
    ]);
    const numbers = matrices.reduce((sum, { size }) => sum + size, 2 * decoder.embedding.size);
    const result = numbers > mostKernelNumbers ? null : kernel.decode(decoder, prompts, request);
    return result ?? own(decoder, prompts, request);
  };
  return { decode, keepWeights: kernel.keepWeights };
}

/** Token by token with the sequences of a batch side by side; weights that read the same input are one product. */
export function decodeOperation(graph: Graph): FusedOperations["decode"] {
  return (decoder, prompts, request) => {
    const sequences = prompts.lengths.length * request.samples;
    const most = request.max_completion_length;
    const decoded: Decoded = {
      tokens: new Int32Array(sequences * most),
      logprobs: new Float32Array(sequences * most),
      entropy: new Float32Array(sequences * most),
      lengths: new Int32Array(sequences),
    };
    const length = largestOf(prompts.lengths) + most;
    const { keyHeads, width } = decoder.shape;
    const fitting = Math.floor(cacheBudget / (2 * decoder.layers.length * length * keyHeads * width));
    const size = Math.max(1, Math.min(sequences, fitting));
    const marks = newMarks(sequences);
    function* batches(): Generator<void, void, void> {
      const model = mergeWeights(graph, decoder);
      try {
        for (let first = 0; first < sequences; first += size) {
          const all = Array.from({ length: Math.min(size, sequences - first) }, (_, index) => first + index);
          yield* decodeBatch(graph, model, prompts, request, { all, decoded, marks });
        }
      } finally {
        for (const { attention, attentionBias, queryNorm, feed, feedBias, added } of model.merged)
          for (const tensor of [attention, attentionBias, queryNorm, feed, feedBias, ...added]) tensor?.dispose();
      }
    }
    return decodingOf(decoded, marks, batches());
  };
}

interface MergedLayer {
  readonly layer: DecoderLayer;
  /** `[(heads + 2 · keyHeads) · width, hidden]`: queries scaled by 1/√width unless a norm comes behind them, keys, values. */
  readonly attention: tf.Tensor;
  readonly attentionBias: tf.Tensor | null;
  /** The gain of the queries' norm, scaled. */
  readonly queryNorm: tf.Tensor | null;
  /** `[2 · intermediate, hidden]` */
  readonly feed: tf.Tensor;
  readonly feedBias: tf.Tensor | null;
  /** Weights of `layer` to which an adapter was added. */
  readonly added: readonly tf.Tensor[];
}

interface MergedModel extends Decoder {
  readonly merged: readonly MergedLayer[];
}

/** Weights in the form that is read, adapters added to them. */
function mergeWeights(graph: Graph, decoder: Decoder): MergedModel {
  const whole = (weight: tf.Tensor2D): tf.Tensor2D => {
    const low = decoder.adapters.get(weight);
    return low ? withLowRank(weight, low) : weight;
  };
  const scale = g.scalar(1 / Math.sqrt(decoder.shape.width));
  /** Kept until all is decoded. */
  const owned = (make: () => tf.Tensor | null): tf.Tensor | null => {
    let made: tf.Tensor | null = null;
    tf.tidy(() => {
      const tensor = make();
      made = tensor && tf.keep(tensor);
    });
    return made;
  };
  const joined = (parts: readonly (tf.Tensor | null)[]): tf.Tensor | null => {
    const present = parts.filter((part) => part !== null);
    return present.length === parts.length ? g.concatenate(graph, present, 0) : null;
  };
  const scaled = (x: tf.Tensor | null): tf.Tensor | null => x && g.multiply(graph, x, scale);
  const merged = decoder.layers.map((layer) => {
    const before = layer.queryNorm ? (x: tf.Tensor | null) => x : scaled;
    const added: tf.Tensor2D[] = [];
    const kept = (weight: tf.Tensor2D): tf.Tensor2D => {
      const sum = whole(weight);
      if (sum !== weight) added.push(tf.keep(sum));
      return sum;
    };
    return {
      layer: { ...layer, output: kept(layer.output), down: kept(layer.down) },
      added,
      attention: owned(() => joined([before(whole(layer.query)), whole(layer.key), whole(layer.value)]))!,
      attentionBias: owned(() => joined([before(layer.queryBias), layer.keyBias, layer.valueBias])),
      queryNorm: owned(() => scaled(layer.queryNorm)),
      feed: owned(() => joined([whole(layer.gate), whole(layer.up)]))!,
      feedBias: owned(() => joined([layer.gateBias, layer.upBias])),
    };
  });
  return { ...decoder, merged };
}

/**
 * Keys and values of a layer, `[batch, keyHeads, length, width]`, in two pieces: the newest ones are appended to a short piece, which joins the
 * long one when it is full, so that a step copies a short piece and not everything.
 */
interface Cache {
  keys: tf.Tensor;
  values: tf.Tensor;
  newKeys: tf.Tensor | null;
  newValues: tf.Tensor | null;
}

/** Tokens of the short piece. */
const pieceLength = 32;

interface Batch {
  /** Sequence of each row; −1: it has ended. */
  rows: number[];
  readonly caches: Cache[];
  /** 0, and −1e9 for places before a prompt, `[batch, 1, 1, longest prompt]`; null where all prompts are as long. */
  mask: tf.Tensor | null;
}

/** Gives way after each token of the batch. */
function* decodeBatch(
  graph: Graph,
  model: MergedModel,
  prompts: ReadPrompts,
  request: DecodeRequest,
  {
    all,
    decoded,
    marks,
  }: { readonly all: readonly number[]; readonly decoded: Decoded; readonly marks: DecodingMarks },
): Generator<void, void, void> {
  const { samples, max_completion_length: most } = request;
  const stops = new Set(request.stops);
  const draw = (sequence: number, position: number, logits: Float32Array, row: number): boolean => {
    const at = sequence * most + position;
    const vocabulary = model.outputTable.shape[0];
    const drawn = sampleToken(logits, row, vocabulary, request, request.uniforms?.[at] ?? null);
    const sane = Number.isFinite(drawn.logprob);
    const inserted = sane ? insertedToken(marks, request, sequence, position) : null;
    const token = inserted ?? drawn.token;
    decoded.tokens[at] = token;
    decoded.logprobs[at] = inserted === null ? drawn.logprob : 0;
    decoded.entropy[at] = drawn.entropy;
    decoded.lengths[sequence] = sane ? position + 1 : -1;
    return sane && position + 1 < most && !stops.has(token);
  };
  const firstLogits = prompts.logits.dataSync<"float32">();
  const rows = all.filter((sequence) => draw(sequence, 0, firstLogits, Math.floor(sequence / samples)));
  if (rows.length === 0) return;
  const batch = startBatch(graph, model, prompts, samples, rows);
  try {
    for (let position = 1; ; position++) {
      yield;
      batch.rows = batch.rows.map((sequence) => (marks.ended.has(sequence) ? -1 : sequence));
      const active = batch.rows.flatMap((sequence, row) => (sequence < 0 ? [] : [row]));
      if (active.length === 0) break;
      if (active.length <= (1 - endedShare) * batch.rows.length) keepRows(graph, batch, active);
      const logits = tf.tidy(() => {
        const tokens = batch.rows.map((sequence) =>
          sequence < 0 ? 0 : decoded.tokens[sequence * most + position - 1]!,
        );
        const places = batch.rows.map((sequence) =>
          sequence < 0 ? 0 : prompts.lengths[Math.floor(sequence / samples)]! + position - 1,
        );
        return readTokens(graph, model, batch, tf.tensor1d(tokens, "int32"), tf.tensor1d(places, "int32"));
      });
      batch.rows = batch.rows.map((sequence, row) =>
        sequence >= 0 && draw(sequence, position, logits, row) ? sequence : -1,
      );
    }
  } finally {
    disposeBatch(batch);
  }
}

function disposeBatch({ caches, mask }: Batch): void {
  for (const { keys, values, newKeys, newValues } of caches) {
    tf.dispose([keys, values, ...(newKeys && newValues ? [newKeys, newValues] : [])]);
  }
  mask?.dispose();
}

/** The keys and values of each row's prompt, aligned at their ends. */
function startBatch(
  graph: Graph,
  { shape, layers }: Decoder,
  prompts: ReadPrompts,
  samples: number,
  rows: number[],
): Batch {
  const longest = largestOf(prompts.lengths);
  const starts = prompts.lengths.map((_, index) => prompts.lengths.slice(0, index).reduce((a, b) => a + b, 0));
  const groups = rows.map((sequence) => Math.floor(sequence / samples));
  const places = groups.flatMap((group) => {
    const length = prompts.lengths[group]!;
    return Array.from({ length: longest }, (_, index) => Math.max(0, index - (longest - length)) + starts[group]!);
  });
  const equal = prompts.lengths.every((length) => length === longest);
  const mask = (): tf.Tensor =>
    tf.tensor4d(
      groups.flatMap((group) =>
        Array.from({ length: longest }, (_, index) => (index < longest - prompts.lengths[group]! ? -1e9 : 0)),
      ),
      [rows.length, 1, 1, longest],
    );
  const caches = layers.map((_, index) => {
    const read = (x: tf.Tensor): tf.Tensor =>
      tf.tidy(() => {
        const batch = g.gather(graph, x, tf.tensor1d(places, "int32"));
        const heads = g.reshape(graph, batch, [rows.length, longest, shape.keyHeads, shape.width]);
        return g.transpose(graph, heads, [0, 2, 1, 3]);
      });
    return {
      keys: tf.keep(read(prompts.keys[index]!)),
      values: tf.keep(read(prompts.values[index]!)),
      newKeys: null,
      newValues: null,
    };
  });
  return { rows, caches, mask: equal ? null : tf.keep(mask()) };
}

/** Drops the rows of sequences that have ended. */
function keepRows(graph: Graph, batch: Batch, active: readonly number[]): void {
  const kept = tf.tensor1d([...active], "int32");
  const replace = (x: tf.Tensor): tf.Tensor => {
    const smaller = tf.keep(g.gather(graph, x, kept));
    x.dispose();
    return smaller;
  };
  for (const cache of batch.caches) {
    cache.keys = replace(cache.keys);
    cache.values = replace(cache.values);
    cache.newKeys &&= replace(cache.newKeys);
    cache.newValues &&= replace(cache.newValues);
  }
  batch.mask &&= replace(batch.mask);
  batch.rows = active.map((row) => batch.rows[row]!);
  kept.dispose();
}

/** Logits `[batch, vocabulary]` behind one token of each row, whose keys and values join the caches. */
function readTokens(
  graph: Graph,
  model: MergedModel,
  batch: Batch,
  tokens: tf.Tensor1D,
  positions: tf.Tensor1D,
): Float32Array {
  const { shape, epsilon } = model;
  const { heads, keyHeads, width } = shape;
  const rows = batch.rows.length;
  const known = new Map<RotaryTables, ReturnType<typeof anglesOf>>();
  const anglesBy = (tables: RotaryTables): ReturnType<typeof anglesOf> => {
    const angles = known.get(tables) ?? anglesOf(graph, tables, positions, width);
    known.set(tables, angles);
    return angles;
  };
  const norm = (x: tf.Tensor, gain: tf.Tensor): tf.Tensor => {
    const power = g.mean(graph, g.square(graph, x), [x.rank - 1], true);
    const inverse = g.inverseSquareRoot(graph, g.add(graph, power, g.scalar(epsilon)));
    return g.multiply(graph, g.multiply(graph, x, inverse), gain);
  };
  const project = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | null): tf.Tensor => {
    const y = g.product(graph, x, weight, { transpose_b: true });
    return bias ? g.add(graph, y, bias) : y;
  };

  const normedBy = (gain: tf.Tensor | null, x: tf.Tensor): tf.Tensor => (gain ? norm(x, gain) : x);
  /** Of heads `[rows, heads, width]`: each by itself, or all at once. */
  const headNorm = (x: tf.Tensor, gain: tf.Tensor): tf.Tensor =>
    gain.size === width
      ? norm(x, gain)
      : g.reshape(graph, norm(g.reshape(graph, x, [rows, x.size / rows]), gain), x.shape);
  const activated = (gate: tf.Tensor): tf.Tensor =>
    g.multiply(graph, gate, model.activation === "silu" ? g.sigmoid(graph, gate) : geluShare(graph, gate));

  const embedded = g.gather(graph, model.embedding, tokens);
  let x = model.embeddingScale === 1 ? embedded : g.multiply(graph, embedded, g.scalar(model.embeddingScale));
  model.merged.forEach(({ layer, attention, attentionBias, queryNorm, feed, feedBias }, index) => {
    const projected = g.reshape(graph, project(normedBy(layer.inputNorm, x), attention, attentionBias), [
      rows,
      heads + 2 * keyHeads,
      width,
    ]);
    const [both, values] = g.split(graph, projected, [heads + keyHeads, keyHeads], 1) as [tf.Tensor, tf.Tensor];
    const normed = (): tf.Tensor => {
      if (!queryNorm || !layer.keyNorm) return both;
      const [q, k] = g.split(graph, both, [heads, keyHeads], 1) as [tf.Tensor, tf.Tensor];
      return g.concatenate(graph, [headNorm(q, queryNorm), headNorm(k, layer.keyNorm)], 1);
    };
    const angles = layer.rotary && anglesBy(layer.rotary);
    const turned = angles ? turn(graph, normed(), angles.cosines, angles.sines, width, false) : normed();
    const [q, keys] = g.split(graph, turned, [heads, keyHeads], 1) as [tf.Tensor, tf.Tensor];
    const queries = g.reshape(graph, q, [rows, keyHeads, heads / keyHeads, width]);
    const cache = batch.caches[index]!;
    appendTo(graph, cache, keys, values);
    const mixed = attendCache(graph, queries, cache, batch.mask, layer.window);
    const attended = project(g.reshape(graph, mixed, [rows, heads * width]), layer.output, layer.outputBias);
    x = g.add(graph, normedBy(layer.attentionNorm, attended), x);

    const wide = project(normedBy(layer.feedNorm, x), feed, feedBias);
    const intermediate = layer.gate.shape[0];
    const [gate, up] = g.split(graph, wide, [intermediate, intermediate], 1) as [tf.Tensor, tf.Tensor];
    const mixedFeed = g.multiply(graph, activated(gate), up);
    x = g.add(graph, normedBy(layer.outputNorm, project(mixedFeed, layer.down, layer.downBias)), x);
  });
  const logits = g.product(graph, norm(x, model.finalNorm), model.outputTable, { transpose_b: true });
  return logits.dataSync<"float32">();
}

/** One token more of each row: keys and values `[batch, keyHeads, width]`. */
function appendTo(graph: Graph, cache: Cache, keys: tf.Tensor, values: tf.Tensor): void {
  const join = (old: tf.Tensor | null, newest: tf.Tensor): tf.Tensor => {
    const longer = tf.keep(old ? g.concatenate(graph, [old, newest], 2) : newest.clone());
    old?.dispose();
    return longer;
  };
  const full = (cache.newKeys?.shape[2] ?? 0) === pieceLength;
  if (full && cache.newKeys && cache.newValues) {
    cache.keys = join(cache.keys, cache.newKeys);
    cache.values = join(cache.values, cache.newValues);
    tf.dispose([cache.newKeys, cache.newValues]);
    cache.newKeys = cache.newValues = null;
  }
  const [rows, heads, width] = keys.shape as [number, number, number];
  const column = (x: tf.Tensor): tf.Tensor => g.reshape(graph, x, [rows, heads, 1, width]);
  cache.newKeys = join(cache.newKeys, column(keys));
  cache.newValues = join(cache.newValues, column(values));
}

/** Attention of scaled queries `[batch, keyHeads, perKey, width]` over both pieces of a cache, of which each sees the last `window` keys. */
function attendCache(
  graph: Graph,
  queries: tf.Tensor,
  cache: Cache,
  mask: tf.Tensor | null,
  window: number | null,
): tf.Tensor {
  const old = g.batchProduct(graph, queries, cache.keys, { adj_y: true });
  const fresh = g.batchProduct(graph, queries, cache.newKeys!, { adj_y: true });
  const [before, after] = [old.shape[3]!, fresh.shape[3]!];
  const masked = mask ? g.add(graph, old, paddedMask(graph, mask, before)) : old;
  const scores = g.concatenate(graph, [masked, fresh], 3);
  // Rows end at the same place, so that one window is that of all.
  const passed = Math.max(0, before + after - (window ?? Infinity));
  const seen = passed === 0 ? scores : g.add(graph, scores, behindWindow(before + after, passed));
  const weights = g.softmax(graph, seen);
  const [ofOld, ofFresh] = g.split(graph, weights, [before, after], 3) as [tf.Tensor, tf.Tensor];
  return g.add(graph, g.batchProduct(graph, ofOld, cache.values), g.batchProduct(graph, ofFresh, cache.newValues!));
}

/** −1e9 for the first places, which the window has passed, and 0 for the others, `[1, 1, 1, length]`. */
const behindWindow = (length: number, passed: number): tf.Tensor =>
  tf.tensor4d(new Float32Array(length).fill(-1e9, 0, passed), [1, 1, 1, length]);

/** The mask of the prompts with zeros for the tokens behind them. */
function paddedMask(graph: Graph, mask: tf.Tensor, length: number): tf.Tensor {
  const [rows, , , prompt] = mask.shape as [number, number, number, number];
  return g.concatenate(graph, [mask, tf.zeros([rows, 1, 1, length - prompt])], 3);
}
