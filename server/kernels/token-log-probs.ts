/**
 * Softmax over rows of logits [rows, vocabulary], without ever holding the probabilities: log-probability of the target, entropy, and the
 * gradient of both, in place of the logits.
 */
import { exp4, exp1, sum4, max4 } from "./exponential";
import { madd } from "./multiply-add";

/** logProb[r] = log softmax(logits[r] · inverseTemperature)[target[r]]; entropy[r] in nats; logSum[r] for the gradient. Scales `logits` in place. */
export function tokenLogProbs(
  logits: usize, targets: usize, logProb: usize, entropy: usize, logSum: usize, first: i32, last: i32, vocabulary: i32, inverseTemperature: f32,
): void {
  const factor = f32x4.splat(inverseTemperature);
  for (let row = first; row < last; row++) {
    const at = logits + row * (vocabulary << 2);
    let best4 = f32x4.splat(-Infinity);
    let best: f32 = -Infinity;
    let c = 0;
    for (; c + 4 <= vocabulary; c += 4) {
      const x = f32x4.mul(v128.load(at + (c << 2)), factor);
      v128.store(at + (c << 2), x);
      best4 = f32x4.max(best4, x);
    }
    for (; c < vocabulary; c++) {
      const x = f32.load(at + (c << 2)) * inverseTemperature;
      f32.store(at + (c << 2), x);
      best = max(best, x);
    }
    best = max(best, max4(best4));
    const shift = f32x4.splat(best);
    let sums = f32x4.splat(0), products = sums;
    let sum: f32 = 0, product: f32 = 0;
    for (c = 0; c + 4 <= vocabulary; c += 4) {
      const x = f32x4.sub(v128.load(at + (c << 2)), shift);
      const e = exp4(x);
      sums = f32x4.add(sums, e);
      products = madd(e, x, products);
    }
    for (; c < vocabulary; c++) {
      const x = f32.load(at + (c << 2)) - best;
      const e = exp1(x);
      sum += e;
      product += e * x;
    }
    sum += sum4(sums);
    product += sum4(products);
    const log = Mathf.log(sum);
    f32.store(logSum + (row << 2), best + log);
    f32.store(entropy + (row << 2), log - product / sum);
    f32.store(logProb + (row << 2), f32.load(at + (load<i32>(targets + (row << 2)) << 2)) - best - log);
  }
}

/** logits ← d loss / d logits (before the temperature), given the logits before the temperature and d loss / d logProb, d loss / d entropy (0: none). */
export function tokenLogProbsGradient(
  logits: usize, targets: usize, entropy: usize, logSum: usize, dLogProb: usize, dEntropy: usize, first: i32, last: i32, vocabulary: i32,
  inverseTemperature: f32,
): void {
  for (let row = first; row < last; row++) {
    const at = logits + row * (vocabulary << 2);
    const shift = f32.load(logSum + (row << 2));
    const slope = f32.load(dLogProb + (row << 2)) * inverseTemperature;
    const spread: f32 = dEntropy ? f32.load(dEntropy + (row << 2)) * inverseTemperature : 0;
    const h = f32.load(entropy + (row << 2));
    const factor = f32x4.splat(inverseTemperature), shift4 = f32x4.splat(shift), slope4 = f32x4.splat(slope), spread4 = f32x4.splat(spread), h4 = f32x4.splat(h);
    let c = 0;
    for (; c + 4 <= vocabulary; c += 4) {
      const log = f32x4.sub(f32x4.mul(v128.load(at + (c << 2)), factor), shift4);
      const weight = f32x4.add(slope4, f32x4.mul(spread4, f32x4.add(log, h4)));
      v128.store(at + (c << 2), f32x4.neg(f32x4.mul(exp4(log), weight)));
    }
    for (; c < vocabulary; c++) {
      const log = f32.load(at + (c << 2)) * inverseTemperature - shift;
      f32.store(at + (c << 2), -exp1(log) * (slope + spread * (log + h)));
    }
    const target = at + (load<i32>(targets + (row << 2)) << 2);
    f32.store(target, f32.load(target) + slope);
  }
}
