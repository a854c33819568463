/**
 * Draws a token from logits at a temperature, from what top-k, top-p and min-p leave; the recorded log-probability and entropy are those of
 * the whole distribution at that temperature, which is what the ratio of the policy loss is made of.
 */
import { exp4, exp1 } from "./exponential";

/** Σ of the weights of at least `threshold`; float64, in the order of tokens. */
function massFrom(weights: usize, vocabulary: i32, threshold: f32): f64 {
  let mass: f64 = 0;
  for (let c = 0; c < vocabulary; c++) {
    const weight = f32.load(weights + (c << 2));
    if (weight >= threshold) mass += <f64>weight;
  }
  return mass;
}

function countFrom(weights: usize, vocabulary: i32, threshold: f32): i32 {
  let count = 0;
  for (let c = 0; c < vocabulary; c++) count += i32(f32.load(weights + (c << 2)) >= threshold);
  return count;
}

/** Bits of positive floats stand in the order of their values: the largest weight that keeps `topK` tokens, by halving the range of bits. */
function thresholdOfCount(weights: usize, vocabulary: i32, topK: i32): f32 {
  let low = 0, high = reinterpret<i32>(<f32>1) + 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (countFrom(weights, vocabulary, reinterpret<f32>(middle)) >= topK) low = middle;
    else high = middle;
  }
  return reinterpret<f32>(low);
}

/** The largest weight such that the tokens of at least that weight hold `mass`. */
function thresholdOfMass(weights: usize, vocabulary: i32, mass: f64, floor: f32): f32 {
  let low = reinterpret<i32>(floor), high = reinterpret<i32>(<f32>1) + 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (massFrom(weights, vocabulary, reinterpret<f32>(middle)) >= mass) low = middle;
    else high = middle;
  }
  return reinterpret<f32>(low);
}

/**
 * Returns the token. `uniform` in [0, 1); below 0: the likeliest token, the lowest id among equals. Of equal weights at a threshold all stay.
 * `topK` 0, `topP` 1, `minP` 0: off. `weights`: room for `vocabulary` numbers, may be `logits`. A token below 0: the logits are not numbers.
 */
export function sampleToken(
  logits: usize, vocabulary: i32, inverseTemperature: f32, topK: i32, topP: f32, minP: f32, uniform: f64, weights: usize,
  logProb: usize, entropy: usize,
): i32 {
  let best: f32 = -Infinity;
  let likeliest = 0;
  for (let c = 0; c < vocabulary; c++) {
    const x = f32.load(logits + (c << 2));
    if (isNaN(x)) return -1;
    if (x > best) {
      best = x;
      likeliest = c;
    }
  }
  let total: f64 = 0, weighted: f64 = 0;
  const factor = f32x4.splat(inverseTemperature), shift = f32x4.splat(best);
  let c = 0;
  for (; c + 4 <= vocabulary; c += 4) {
    const x = f32x4.mul(f32x4.sub(v128.load(logits + (c << 2)), shift), factor);
    const e = exp4(x);
    v128.store(weights + (c << 2), e);
    const product = f32x4.mul(e, x);
    total += <f64>f32x4.extract_lane(e, 0) + <f64>f32x4.extract_lane(e, 1) + <f64>f32x4.extract_lane(e, 2) + <f64>f32x4.extract_lane(e, 3);
    weighted +=
      <f64>f32x4.extract_lane(product, 0) + <f64>f32x4.extract_lane(product, 1) + <f64>f32x4.extract_lane(product, 2) + <f64>f32x4.extract_lane(product, 3);
  }
  for (; c < vocabulary; c++) {
    const x = (f32.load(logits + (c << 2)) - best) * inverseTemperature;
    const e = exp1(x);
    f32.store(weights + (c << 2), e);
    total += <f64>e;
    weighted += <f64>(e * x);
  }
  let token = likeliest;
  if (uniform >= 0) {
    let threshold: f32 = 0;
    if (topK > 0 && topK < vocabulary) threshold = thresholdOfCount(weights, vocabulary, topK);
    if (topP < 1) threshold = thresholdOfMass(weights, vocabulary, <f64>topP * massFrom(weights, vocabulary, threshold), threshold);
    if (minP > threshold) threshold = minP;
    let left = uniform * (threshold > 0 ? massFrom(weights, vocabulary, threshold) : total);
    for (let id = 0; id < vocabulary; id++) {
      const weight = f32.load(weights + (id << 2));
      if (weight < threshold) continue;
      left -= <f64>weight;
      if (left < 0) {
        token = id;
        break;
      }
    }
  }
  const logTotal = Math.log(total);
  f32.store(logProb, <f32>(Math.log(<f64>f32.load(weights + (token << 2))) - logTotal));
  f32.store(entropy, <f32>(logTotal - weighted / total));
  // The likeliest token weighs 1, unless its logit is infinite.
  return total >= 1 ? token : -1;
}
