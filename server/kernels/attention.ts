/**
 * Causal attention with grouped-query heads over sequences of any lengths, without padding.
 *
 * Rows are tokens. A row of q, out holds `heads` vectors of `width` numbers, a row of k, v holds `keyHeads`; rows are `…Row` bytes apart.
 * `sequences` points at quadruples of int32 (first query row, queries, first key row, keys): query i of a sequence sees its keys
 * 0 … keys − queries + i, so that training (queries = keys), prefill and decoding (one query) are one kernel. Of them it sees the last `window` alone; 0: all.
 * `width` is a multiple of 4.
 * `scores`: room for the longest `keys` numbers.
 */
import { exp4, exp1, sum4, max4 } from "./exponential";
import { madd } from "./multiply-add";

@inline
function dot(x: usize, y: usize, bytes: i32): f32 {
  let sum = f32x4.splat(0);
  for (let c = 0; c < bytes; c += 16) sum = madd(v128.load(x + c), v128.load(y + c), sum);
  return sum4(sum);
}

/** scores[j] = x · y_j for rows y_0 … y_{count−1}. */
@inline
export function dots(x: usize, y: usize, yRow: i32, count: i32, bytes: i32, scores: usize): void {
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow;
    for (let c = 0; c < bytes; c += 16) {
      const q = v128.load(x + c);
      s0 = madd(q, v128.load(y + c), s0);
      s1 = madd(q, v128.load(y1 + c), s1);
      s2 = madd(q, v128.load(y2 + c), s2);
      s3 = madd(q, v128.load(y3 + c), s3);
    }
    const low = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
    const high = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
    v128.store(
      scores + (j << 2),
      f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7)),
    );
    y = y3 + yRow;
  }
  for (; j < count; j++) {
    f32.store(scores + (j << 2), dot(x, y, bytes));
    y += yRow;
  }
}

/** out (+)= Σ_j weights[j] · y_j, in as many accumulators as fit into registers: a row is read from end to end. */
export function weightedSum(weights: usize, y: usize, yRow: i32, count: i32, bytes: i32, out: usize, add: bool): void {
  const end = weights + (count << 2);
  let c = 0;
  for (; c + 128 <= bytes; c += 128) {
    const to = out + c;
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    if (add) {
      s0 = v128.load(to); s1 = v128.load(to, 16); s2 = v128.load(to, 32); s3 = v128.load(to, 48);
      s4 = v128.load(to, 64); s5 = v128.load(to, 80); s6 = v128.load(to, 96); s7 = v128.load(to, 112);
    }
    let row = y + c;
    for (let weight = weights; weight < end; weight += 4) {
      const w = v128.load32_splat(weight);
      s0 = madd(w, v128.load(row), s0); s1 = madd(w, v128.load(row, 16), s1);
      s2 = madd(w, v128.load(row, 32), s2); s3 = madd(w, v128.load(row, 48), s3);
      s4 = madd(w, v128.load(row, 64), s4); s5 = madd(w, v128.load(row, 80), s5);
      s6 = madd(w, v128.load(row, 96), s6); s7 = madd(w, v128.load(row, 112), s7);
      row += yRow;
    }
    v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
    v128.store(to, s4, 64); v128.store(to, s5, 80); v128.store(to, s6, 96); v128.store(to, s7, 112);
  }
  for (; c + 64 <= bytes; c += 64) {
    const to = out + c;
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    if (add) {
      s0 = v128.load(to); s1 = v128.load(to, 16); s2 = v128.load(to, 32); s3 = v128.load(to, 48);
    }
    let row = y + c;
    for (let weight = weights; weight < end; weight += 4) {
      const w = v128.load32_splat(weight);
      s0 = madd(w, v128.load(row), s0); s1 = madd(w, v128.load(row, 16), s1);
      s2 = madd(w, v128.load(row, 32), s2); s3 = madd(w, v128.load(row, 48), s3);
      row += yRow;
    }
    v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
  }
  for (; c < bytes; c += 16) {
    const to = out + c;
    let sum = add ? v128.load(to) : f32x4.splat(0);
    let row = y + c;
    for (let weight = weights; weight < end; weight += 4) {
      sum = madd(v128.load32_splat(weight), v128.load(row), sum);
      row += yRow;
    }
    v128.store(to, sum);
  }
}

/** scores[j] ← e^(scale · scores[j] − shift); returns their sum. */
@inline
export function exponentials(scores: usize, count: i32, scale: f32, shift: f32): f32 {
  const s = f32x4.splat(scale), m = f32x4.splat(shift);
  let sums = f32x4.splat(0);
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    const at = scores + (j << 2);
    const e = exp4(f32x4.sub(f32x4.mul(v128.load(at), s), m));
    v128.store(at, e);
    sums = f32x4.add(sums, e);
  }
  let sum = sum4(sums);
  for (; j < count; j++) {
    const at = scores + (j << 2);
    const e = exp1(f32.load(at) * scale - shift);
    f32.store(at, e);
    sum += e;
  }
  return sum;
}

@inline
export function largest(scores: usize, count: i32): f32 {
  let best = f32x4.splat(-Infinity);
  let j = 0;
  for (; j + 4 <= count; j += 4) best = f32x4.max(best, v128.load(scores + (j << 2)));
  let result = max4(best);
  for (; j < count; j++) result = max(result, f32.load(scores + (j << 2)));
  return result;
}

/** Sequences first … last − 1. `logSum` [rows, heads] receives log Σ e^score for the backward pass; 0: not wanted. */
export function attention(
  q: usize, qRow: i32, k: usize, kRow: i32, v: usize, vRow: i32, out: usize, outRow: i32, logSum: usize,
  sequences: usize, first: i32, last: i32, heads: i32, keyHeads: i32, width: i32, window: i32, scores: usize,
): void {
  const bytes = width << 2;
  const scale = <f32>(1.0 / Math.sqrt(<f64>width));
  const perKey = heads / keyHeads;
  for (let s = first; s < last; s++) {
    const at = sequences + (s << 4);
    const queryStart = load<i32>(at), queries = load<i32>(at, 4), keyStart = load<i32>(at, 8), keys = load<i32>(at, 12);
    for (let h = 0; h < heads; h++) {
      const keyBase = k + keyStart * kRow + (h / perKey) * bytes;
      const valueBase = v + keyStart * vRow + (h / perKey) * bytes;
      for (let i = 0; i < queries; i++) {
        const row = queryStart + i;
        const end = keys - queries + i + 1;
        const start = firstSeen(end, window), seen = end - start;
        dots(q + row * qRow + h * bytes, keyBase + start * kRow, kRow, seen, bytes, scores);
        const shift = scale * largest(scores, seen);
        const sum = exponentials(scores, seen, scale, shift);
        const to = out + row * outRow + h * bytes;
        weightedSum(scores, valueBase + start * vRow, vRow, seen, bytes, to, false);
        const inverse = f32x4.splat(<f32>1.0 / sum);
        for (let c = 0; c < bytes; c += 16) v128.store(to + c, f32x4.mul(v128.load(to + c), inverse));
        if (logSum) f32.store(logSum + ((row * heads + h) << 2), shift + Mathf.log(sum));
      }
    }
  }
}

/** The first of `end` keys that a query with a window sees; 0: no window. */
@inline
export const firstSeen = (end: i32, window: i32): i32 => (window > 0 && end > window ? end - window : 0);

@inline
function addScaled(to: usize, x: usize, factor: v128, bytes: i32): void {
  for (let c = 0; c < bytes; c += 16) v128.store(to + c, madd(v128.load(x + c), factor, v128.load(to + c)));
}

/**
 * Gradients of {@link attention} for sequences with queries = keys. dq, dk, dv have the layouts of q, k, v and must hold zeros.
 * `scores`: room for twice the longest sequence.
 */
export function attentionGradient(
  q: usize, qRow: i32, k: usize, kRow: i32, v: usize, vRow: i32, out: usize, dOut: usize, outRow: i32, logSum: usize,
  dq: usize, dk: usize, dv: usize,
  sequences: usize, first: i32, last: i32, heads: i32, keyHeads: i32, width: i32, window: i32, scores: usize,
): void {
  const bytes = width << 2;
  const scale = <f32>(1.0 / Math.sqrt(<f64>width));
  const perKey = heads / keyHeads;
  for (let s = first; s < last; s++) {
    const at = sequences + (s << 4);
    const start = load<i32>(at), rows = load<i32>(at, 4);
    const slopes = scores + (rows << 2);
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < rows; i++) {
        const row = start + i;
        const firstKey = firstSeen(i + 1, window), seen = i + 1 - firstKey;
        const keyOffset = (start + firstKey) * kRow + (h / perKey) * bytes;
        const valueOffset = (start + firstKey) * vRow + (h / perKey) * bytes;
        const query = q + row * qRow + h * bytes;
        const gradient = dOut + row * outRow + h * bytes;
        dots(query, k + keyOffset, kRow, seen, bytes, scores);
        exponentials(scores, seen, scale, f32.load(logSum + ((row * heads + h) << 2)));
        dots(gradient, v + valueOffset, vRow, seen, bytes, slopes);
        const mean = dot(gradient, out + row * outRow + h * bytes, bytes);
        let keyGradient = dk + keyOffset, valueGradient = dv + valueOffset;
        for (let j = 0; j < seen; j++) {
          const p = f32.load(scores + (j << 2));
          const slope = p * (f32.load(slopes + (j << 2)) - mean) * scale;
          f32.store(slopes + (j << 2), slope);
          addScaled(keyGradient, query, f32x4.splat(slope), bytes);
          addScaled(valueGradient, gradient, f32x4.splat(p), bytes);
          keyGradient += kRow;
          valueGradient += vRow;
        }
        weightedSum(slopes, k + keyOffset, kRow, seen, bytes, dq + row * qRow + h * bytes, false);
      }
    }
  }
}
