/**
 * Sampling from a decoder, token by token, until every sequence has ended. Workers do not wait for each other: each keeps a batch of rows,
 * reads the newest token of every row through all layers, draws the next, and takes a waiting sequence when one of its own has ended.
 * What a sequence becomes depends on its own row only, so it is the same in any batch and on any number of threads.
 *
 * The keys of a sequence lie in two places: those of its prompt, which its group shares, and its own, in blocks of a few positions that it takes from its
 * worker's as it grows. A sequence that finds none waits until another has ended; where all of a worker wait, the shortest gives its blocks back and is
 * drawn again later, to the same tokens.
 */
import { dots, exponentials, firstSeen, largest, weightedSum } from "./attention";
import { geglu } from "./geglu";
import { add } from "./elementwise";
import { packedProduct } from "./matrix-product";
import { rmsNorm } from "./normalisation";
import { turnHeads } from "./rotary";
import { sampleToken } from "./sampling";
import { swiglu } from "./swiglu";
import { madd } from "./multiply-add";

/** Tiles of the product take so many rows: a batch is filled up to a multiple. */
const ROWS: i32 = 6;

/**
 * A layer's weights (packed matrices; 0: the model has none), its angles (0: positions do not turn), the last keys that a query sees (0: all), and the keys and
 * values of all prompts `[prompt tokens, keyHeads · width]`.
 */
@unmanaged
class Layer {
  inputNorm: usize;
  query: usize;
  key: usize;
  value: usize;
  queryBias: usize;
  keyBias: usize;
  valueBias: usize;
  queryNorm: usize;
  keyNorm: usize;
  output: usize;
  outputBias: usize;
  attentionNorm: usize;
  feedNorm: usize;
  gate: usize;
  up: usize;
  down: usize;
  gateBias: usize;
  upBias: usize;
  downBias: usize;
  outputNorm: usize;
  cosines: usize;
  sines: usize;
  window: i32;
  promptKeys: usize;
  promptValues: usize;
}

/** What is decoded; `simd/decode.ts` writes it field by field in this order, four bytes each. */
@unmanaged
class Decoding {
  layerCount: i32;
  /** Layers one after the other. */
  layers: usize;
  hidden: i32;
  heads: i32;
  keyHeads: i32;
  width: i32;
  intermediate: i32;
  vocabulary: i32;
  epsilon: f32;
  embedding: usize;
  finalNorm: usize;
  /** Packed. */
  outputTable: usize;
  /** Numbers that a norm of queries or keys takes together: a head, or all heads. */
  queryNormWidth: i32;
  keyNormWidth: i32;
  embeddingScale: f32;
  /** 0: silu; 1: gelu, by tanh. */
  activation: i32;

  sequences: i32;
  /** Samples of one group; sequence s belongs to group s / samples. */
  samples: i32;
  /** int32 pairs of each group: first row of its prompt, tokens. */
  prompts: usize;
  /** [groups, vocabulary]: logits behind each prompt. */
  firstLogits: usize;
  most: i32;
  longestPrompt: i32;
  inverseTemperature: f32;
  topK: i32;
  topP: f32;
  minP: f32;
  /** float64 [sequences, most]; 0: greedy. */
  uniforms: usize;
  /** int32 token ids that end a sequence. */
  stops: usize;
  stopCount: i32;

  /** int32: the next sequence that waits. */
  queue: usize;
  /** Rows of a worker. */
  capacity: i32;
  /** Positions of a block, a multiple of 4, and blocks of a worker, enough for one sequence of `most` tokens. */
  positions: i32;
  blocks: i32;
  /** Blocks of each worker: [layers, keys and values, keyHeads, positions, width]. */
  cache: usize;
  scratch: usize;
  scratchBytes: i32;

  /** [sequences, most], int32 and float32. */
  tokens: usize;
  logProbs: usize;
  entropies: usize;
  /** int32 [sequences]; −1: the logits were not numbers; 0: it waits. */
  lengths: usize;

  /** int32 [sequences]: 1 for those that end where they stand. */
  ended: usize;
  /** int32 [sequences]: the position from which the inserted tokens stand in a sequence; −1: nowhere. */
  insertedAt: usize;
  /** int32 tokens that are inserted in place of drawn ones. */
  inserted: usize;
  insertedCount: i32;
  /** int32 of each worker: rows that it has; −1 before it begins. */
  active: usize;
  /** Tokens more of each row after which a worker gives way, and all others with it. */
  rounds: i32;
  /** int32: 1 once one has. */
  paused: usize;
}

@inline
const align = (bytes: i32): i32 => (bytes + 63) & ~63;

/** Blocks of so many tokens. */
@inline
const blocksOf = (d: Decoding, tokens: i32): i32 => (tokens + d.positions - 1) / d.positions;

@inline
const padded = (capacity: i32): i32 => ((capacity + ROWS - 1) / ROWS) * ROWS;

/** Bytes that a worker needs beside its keys and values. */
export function decodeScratch(decoding: usize): i32 {
  const d = changetype<Decoding>(decoding);
  const rows = padded(d.capacity);
  return (
    align(8) +
    5 * align(d.capacity << 2) +
    align((d.capacity * blocksOf(d, d.most)) << 2) +
    align(d.blocks << 2) +
    2 * align((rows * d.hidden) << 2) +
    2 * align((rows * d.heads * d.width) << 2) +
    2 * align((rows * d.keyHeads * d.width) << 2) +
    2 * align((rows * d.intermediate) << 2) +
    align((rows * d.vocabulary) << 2) +
    align((d.longestPrompt + d.most) << 2) +
    64
  );
}

/** Where {@link decodeScratch} bytes of each worker lie. */
export function useScratch(decoding: usize, address: usize, bytes: i32): void {
  const d = changetype<Decoding>(decoding);
  d.scratch = address;
  d.scratchBytes = bytes;
}

@inline
function fillRows(to: usize, rows: i32, from: usize, bytes: i32): void {
  for (let row = 0; row < rows; row++) memory.copy(to + row * bytes, from, bytes);
}

@inline
function addBias(x: usize, bias: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) {
    const at = x + ((row * width) << 2);
    for (let c = 0; c < width; c++) f32.store(at + (c << 2), f32.load(at + (c << 2)) + f32.load(bias + (c << 2)));
  }
}

/** y = x · wᵀ + bias. */
function project(x: usize, rows: i32, k: i32, packed: usize, n: i32, bias: usize, y: usize, edge: usize): void {
  if (bias) fillRows(y, rows, bias, n << 2);
  packedProduct(x, rows, k, packed, n, y, n << 2, bias != 0, edge);
}

/** Rows as a layer reads them: through a norm into `to`, or as they are where there is none. */
function normedBy(gain: usize, x: usize, to: usize, rows: i32, width: i32, epsilon: f32): usize {
  if (!gain) return x;
  rmsNorm(x, gain, to, 0, rows, width, epsilon);
  return to;
}

/** x += y · wᵀ + bias, through a norm by way of `room` where there is one. */
function addTo(
  x: usize, y: usize, k: i32, packed: usize, bias: usize, gain: usize, room: usize, rows: i32, active: i32, width: i32,
  epsilon: f32, edge: usize,
): void {
  if (!gain) {
    packedProduct(y, rows, k, packed, width, x, width << 2, true, edge);
    if (bias) addBias(x, bias, active, width);
    return;
  }
  project(y, rows, k, packed, width, bias, room, edge);
  rmsNorm(room, gain, room, 0, rows, width, epsilon);
  add(x, room, x, 0, rows * width);
}

function scale(x: usize, count: i32, factor: f32): void {
  for (let i = 0; i < count; i++) f32.store(x + (i << 2), f32.load(x + (i << 2)) * factor);
}

/**
 * One query over the keys of its prompt, rows of all heads, and its own: `held` are the numbers of their blocks, `layer` the first block's keys of the
 * layer, with `positions` places for each head.
 */
function attendRow(
  query: usize, promptKeys: usize, promptValues: usize, prompt: i32,
  layer: usize, blockBytes: usize, held: usize, own: i32, positions: i32,
  out: usize, heads: i32, keyHeads: i32, width: i32, window: i32, scores: usize,
): void {
  const bytes = width << 2, row = keyHeads * bytes, perKey = heads / keyHeads;
  const scale = <f32>(1.0 / Math.sqrt(<f64>width));
  const first = firstSeen(prompt + own, window), passed = min(first, prompt);
  /** Of its own, those that have left the window. */
  const skipped = first - passed;
  promptKeys += passed * row;
  promptValues += passed * row;
  prompt -= passed;
  const count = prompt + own - skipped;
  const valuesOfBlock = <usize>positions * <usize>row;
  for (let h = 0; h < heads; h++) {
    const offset = (h / perKey) * bytes, place = layer + <usize>offset * <usize>positions;
    const q = query + h * bytes, to = out + h * bytes;
    dots(q, promptKeys + offset, row, prompt, bytes, scores);
    for (let at = skipped; at < own; ) {
      const inBlock = at % positions, seen = min(positions - inBlock, own - at);
      const keys = place + <usize>load<i32>(held + (at / positions << 2)) * blockBytes + inBlock * bytes;
      dots(q, keys, bytes, seen, bytes, scores + ((prompt + at - skipped) << 2));
      at += seen;
    }
    const sum = exponentials(scores, count, scale, scale * largest(scores, count));
    weightedSum(scores, promptValues + offset, row, prompt, bytes, to, false);
    for (let at = skipped; at < own; ) {
      const inBlock = at % positions, seen = min(positions - inBlock, own - at);
      const values = place + valuesOfBlock + <usize>load<i32>(held + (at / positions << 2)) * blockBytes + inBlock * bytes;
      weightedSum(scores + ((prompt + at - skipped) << 2), values, bytes, seen, bytes, to, true);
      at += seen;
    }
    const inverse = f32x4.splat(<f32>1.0 / sum);
    for (let c = 0; c < bytes; c += 16) v128.store(to + c, f32x4.mul(v128.load(to + c), inverse));
  }
}

function ends(d: Decoding, token: i32, length: i32): bool {
  if (token < 0 || length == d.most) return true;
  for (let index = 0; index < d.stopCount; index++) if (load<i32>(d.stops + (index << 2)) == token) return true;
  return false;
}

/** Draws token `position` of a sequence and records it; true when the sequence has ended. */
function drawToken(d: Decoding, sequence: i32, position: i32, logits: usize, weights: usize): bool {
  const at = (sequence * d.most + position) << 2;
  const uniform = d.uniforms ? load<f64>(d.uniforms + (<usize>at << 1)) : -1;
  let token = sampleToken(
    logits, d.vocabulary, d.inverseTemperature, d.topK, d.topP, d.minP, uniform, weights, d.logProbs + at, d.entropies + at,
  );
  const insertedAt = load<i32>(d.insertedAt + (sequence << 2));
  if (insertedAt >= 0 && position >= insertedAt && position < insertedAt + d.insertedCount && token >= 0) {
    token = load<i32>(d.inserted + ((position - insertedAt) << 2));
    // Nobody drew it.
    store<f32>(d.logProbs + at, 0);
  }
  store<i32>(d.tokens + at, token);
  const length = position + 1;
  // One that is drawn again was longer.
  const recorded = d.lengths + (sequence << 2);
  store<i32>(recorded, token < 0 ? -1 : max(length, load<i32>(recorded)));
  return ends(d, token, length);
}

/** Exchanges what is known of two rows: four arrays, `stride` bytes apart. */
function swapRows(rows: usize, stride: i32, a: i32, b: i32): void {
  for (let at = rows, end = rows + 4 * stride; at < end; at += stride) {
    const one = load<i32>(at + (a << 2));
    store<i32>(at + (a << 2), load<i32>(at + (b << 2)));
    store<i32>(at + (b << 2), one);
  }
}

/** Makes the `count` blocks of a sequence free; returns how many are. */
function giveBack(held: usize, count: i32, free: usize, freeCount: i32): i32 {
  memory.copy(free + (freeCount << 2), held, count << 2);
  return freeCount + count;
}

/**
 * Workers first … last − 1, until all sequences have ended, or so many rounds were made: then the next call goes on, to the same numbers. Each makes
 * a round at least, as long as it has rows.
 */
export function decode(decoding: usize, first: i32, last: i32): void {
  for (let worker = first; worker < last; worker++) decodeWorker(changetype<Decoding>(decoding), worker);
}

function decodeWorker(d: Decoding, worker: i32): void {
  const hidden = d.hidden, heads = d.heads, keyHeads = d.keyHeads, width = d.width, intermediate = d.intermediate;
  const capacity = d.capacity, most = d.most, vocabulary = d.vocabulary, positions = d.positions;
  const mostRows = padded(capacity);
  const queryWidth = heads * width, keyWidth = keyHeads * width;
  const headBytes = width << 2, keyBytes = keyWidth << 2;
  const heldBytes = blocksOf(d, most) << 2, stride = align(capacity << 2);
  const partBytes = <usize>positions * <usize>keyBytes, blockBytes = <usize>d.layerCount * 2 * partBytes;
  const cache = d.cache + <usize>worker * <usize>d.blocks * blockBytes;

  let room = d.scratch + <usize>worker * <usize>d.scratchBytes;
  /** int32: blocks that are free, and sequences that wait to be drawn again. */
  const counters = room; room += align(8);
  /** int32 of each row: its sequence, its tokens so far, its place in `held`, and how many blocks it has there. */
  const rowsAt = room;
  const sequences = room; room += stride;
  const lengths = room; room += stride;
  const slots = room; room += stride;
  const counts = room; room += stride;
  /** Sequences that have given their blocks back. */
  const again = room; room += stride;
  /** Numbers of blocks: those of each slot, and those that are free. */
  const held = room; room += align(capacity * heldBytes);
  const free = room; room += align(d.blocks << 2);
  const x = room; room += align((mostRows * hidden) << 2);
  const normed = room; room += align((mostRows * hidden) << 2);
  const query = room; room += align((mostRows * queryWidth) << 2);
  const mixed = room; room += align((mostRows * queryWidth) << 2);
  const key = room; room += align((mostRows * keyWidth) << 2);
  const value = room; room += align((mostRows * keyWidth) << 2);
  const gate = room; room += align((mostRows * intermediate) << 2);
  const up = room; room += align((mostRows * intermediate) << 2);
  const logits = room; room += align((mostRows * vocabulary) << 2);
  const scores = room; room += align((d.longestPrompt + most) << 2);
  const edge = room;

  const kept = d.active + (worker << 2);
  /** Rows that there are, of which the first `active` are at work and the others wait for a block. */
  let present = load<i32>(kept), active = 0, freeCount = load<i32>(counters), againCount = load<i32>(counters, 4);
  if (present < 0) {
    for (let row = 0; row < capacity; row++) store<i32>(slots + (row << 2), row);
    for (let block = 0; block < d.blocks; block++) store<i32>(free + (block << 2), block);
    present = 0;
    freeCount = d.blocks;
    againCount = 0;
  }
  for (let row = 0; row < present; ) {
    if (load<i32>(d.ended + (load<i32>(sequences + (row << 2)) << 2))) {
      freeCount = giveBack(held + load<i32>(slots + (row << 2)) * heldBytes, load<i32>(counts + (row << 2)), free, freeCount);
      swapRows(rowsAt, stride, row, --present);
    } else row++;
  }
  for (let round = 0; ; round++) {
    if (round > 0 && atomic.load<i32>(d.paused)) break;
    // A sequence begins where each that is there, and may grow further, could take one more block.
    let growing = 0;
    for (let row = 0; row < present; row++) {
      if (load<i32>(counts + (row << 2)) < blocksOf(d, most)) growing++;
    }
    while (present < capacity && freeCount > growing) {
      const sequence = againCount > 0 ? load<i32>(again + (--againCount << 2)) : atomic.add<i32>(d.queue, 1);
      if (sequence >= d.sequences) break;
      if (load<i32>(d.ended + (sequence << 2))) continue;
      if (drawToken(d, sequence, 0, d.firstLogits + <usize>(sequence / d.samples) * <usize>(vocabulary << 2), logits)) continue;
      store<i32>(sequences + (present << 2), sequence);
      store<i32>(lengths + (present << 2), 1);
      store<i32>(counts + (present << 2), 0);
      present++;
      growing++;
    }
    if (present == 0) break;
    if (round == d.rounds) {
      atomic.store<i32>(d.paused, 1);
      break;
    }
    active = 0;
    for (let row = 0; row < present; row++) {
      const count = load<i32>(counts + (row << 2));
      if (count < blocksOf(d, load<i32>(lengths + (row << 2)))) {
        if (freeCount == 0) continue;
        store<i32>(held + load<i32>(slots + (row << 2)) * heldBytes + (count << 2), load<i32>(free + (--freeCount << 2)));
        store<i32>(counts + (row << 2), count + 1);
      }
      swapRows(rowsAt, stride, row, active++);
    }
    if (active == 0) {
      let shortest = 0;
      for (let row = 1; row < present; row++) {
        if (load<i32>(lengths + (row << 2)) < load<i32>(lengths + (shortest << 2))) shortest = row;
      }
      store<i32>(again + (againCount++ << 2), load<i32>(sequences + (shortest << 2)));
      freeCount = giveBack(held + load<i32>(slots + (shortest << 2)) * heldBytes, load<i32>(counts + (shortest << 2)), free, freeCount);
      swapRows(rowsAt, stride, shortest, --present);
      continue;
    }
    const rows = padded(active);

    memory.fill(x + ((active * hidden) << 2), 0, ((rows - active) * hidden) << 2);
    for (let row = 0; row < active; row++) {
      const newest = load<i32>(sequences + (row << 2)) * most + load<i32>(lengths + (row << 2)) - 1;
      const token = load<i32>(d.tokens + (newest << 2));
      memory.copy(x + ((row * hidden) << 2), d.embedding + <usize>token * <usize>(hidden << 2), hidden << 2);
    }
    if (d.embeddingScale != 1) scale(x, active * hidden, d.embeddingScale);

    for (let index = 0; index < d.layerCount; index++) {
      const layer = changetype<Layer>(d.layers + index * offsetof<Layer>());
      const input = normedBy(layer.inputNorm, x, normed, rows, hidden, d.epsilon);
      project(input, rows, hidden, layer.query, queryWidth, layer.queryBias, query, edge);
      project(input, rows, hidden, layer.key, keyWidth, layer.keyBias, key, edge);
      project(input, rows, hidden, layer.value, keyWidth, layer.valueBias, value, edge);
      if (layer.queryNorm) {
        rmsNorm(query, layer.queryNorm, query, 0, (rows * queryWidth) / d.queryNormWidth, d.queryNormWidth, d.epsilon);
        rmsNorm(key, layer.keyNorm, key, 0, (rows * keyWidth) / d.keyNormWidth, d.keyNormWidth, d.epsilon);
      }
      const cacheOfLayer = cache + <usize>index * 2 * partBytes;
      for (let row = 0; row < active; row++) {
        const group = load<i32>(sequences + (row << 2)) / d.samples;
        const promptRow = load<i32>(d.prompts + (group << 3)), prompt = load<i32>(d.prompts + (group << 3), 4);
        const length = load<i32>(lengths + (row << 2));
        const angle = (prompt + length - 1) * ((width >> 1) << 2);
        const q = query + ((row * queryWidth) << 2), k = key + row * keyBytes;
        if (layer.cosines) {
          turnHeads(q, q, layer.cosines + angle, layer.sines + angle, heads, width, 1);
          turnHeads(k, k, layer.cosines + angle, layer.sines + angle, keyHeads, width, 1);
        }
        const own = held + load<i32>(slots + (row << 2)) * heldBytes;
        const newest = cacheOfLayer + <usize>load<i32>(own + ((length - 1) / positions << 2)) * blockBytes;
        const v = value + row * keyBytes;
        for (let h = 0; h < keyHeads; h++) {
          const place = newest + (h * positions + (length - 1) % positions) * headBytes;
          memory.copy(place, k + h * headBytes, headBytes);
          memory.copy(place + partBytes, v + h * headBytes, headBytes);
        }
        const shared = <usize>promptRow * <usize>keyBytes;
        attendRow(
          q, layer.promptKeys + shared, layer.promptValues + shared, prompt,
          cacheOfLayer, blockBytes, own, length, positions,
          mixed + ((row * queryWidth) << 2), heads, keyHeads, width, layer.window, scores,
        );
      }
      addTo(x, mixed, queryWidth, layer.output, layer.outputBias, layer.attentionNorm, normed, rows, active, hidden, d.epsilon, edge);

      const feed = normedBy(layer.feedNorm, x, normed, rows, hidden, d.epsilon);
      project(feed, rows, hidden, layer.gate, intermediate, layer.gateBias, gate, edge);
      project(feed, rows, hidden, layer.up, intermediate, layer.upBias, up, edge);
      if (d.activation == 0) swiglu(gate, up, gate, 0, rows * intermediate);
      else geglu(gate, up, gate, 0, rows * intermediate);
      addTo(x, gate, intermediate, layer.down, layer.downBias, layer.outputNorm, normed, rows, active, hidden, d.epsilon, edge);
    }

    rmsNorm(x, d.finalNorm, normed, 0, rows, hidden, d.epsilon);
    packedProduct(normed, rows, hidden, d.outputTable, vocabulary, logits, vocabulary << 2, false, edge);
    for (let row = 0; row < active; ) {
      const sequence = load<i32>(sequences + (row << 2)), length = load<i32>(lengths + (row << 2));
      const own = logits + ((row * vocabulary) << 2);
      if (!drawToken(d, sequence, length, own, own)) {
        store<i32>(lengths + (row << 2), length + 1);
        row++;
        continue;
      }
      // The last row at work takes its place, with its logits, and the last of all that one's.
      freeCount = giveBack(held + load<i32>(slots + (row << 2)) * heldBytes, load<i32>(counts + (row << 2)), free, freeCount);
      swapRows(rowsAt, stride, row, --active);
      swapRows(rowsAt, stride, active, --present);
      memory.copy(own, logits + ((active * vocabulary) << 2), vocabulary << 2);
    }
  }
  store<i32>(kept, present);
  store<i32>(counters, freeCount);
  store<i32>(counters, againCount, 4);
}
