/** AdamW over flat arrays (Loshchilov & Hutter 2019, algorithm 2), and the sum of squares for the gradient norm. */
import { sum4 } from "./exponential";
import { madd } from "./multiply-add";

export function sumOfSquares(x: usize, length: i32): f64 {
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= length) {
    // Blocks of 1024 numbers in float32, their sums in float64: exact enough at any length, and the same bits every time.
    const end = min(i + 1024, length & ~3);
    let sums = f32x4.splat(0);
    for (; i < end; i += 4) {
      const values = v128.load(x + (i << 2));
      sums = madd(values, values, sums);
    }
    total += <f64>sum4(sums);
  }
  for (; i < length; i++) {
    const value = f32.load(x + (i << 2));
    total += <f64>(value * value);
  }
  return total;
}

/**
 * m ← β₁m + (1 − β₁)g·scale; v ← β₂v + (1 − β₂)(g·scale)²; p ← p − rate · (m / correction₁ / (√(v / correction₂) + ε) + decay · p).
 * `scale` is that of clipping by global norm.
 */
export function adamW(
  parameters: usize, gradients: usize, m: usize, v: usize, length: i32,
  scale: f32, rate: f32, beta1: f32, beta2: f32, epsilon: f32, decay: f32, correction1: f32, correction2: f32,
): void {
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(<f32>1 - beta1), b2 = f32x4.splat(beta2), c2 = f32x4.splat(<f32>1 - beta2);
  const s = f32x4.splat(scale), r = f32x4.splat(rate), e = f32x4.splat(epsilon), d = f32x4.splat(decay);
  const k1 = f32x4.splat(<f32>1 / correction1), k2 = f32x4.splat(<f32>1 / correction2);
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const at = i << 2;
    const g = f32x4.mul(v128.load(gradients + at), s);
    const first = f32x4.add(f32x4.mul(b1, v128.load(m + at)), f32x4.mul(c1, g));
    const second = f32x4.add(f32x4.mul(b2, v128.load(v + at)), f32x4.mul(c2, f32x4.mul(g, g)));
    v128.store(m + at, first);
    v128.store(v + at, second);
    const p = v128.load(parameters + at);
    const update = f32x4.add(
      f32x4.div(f32x4.mul(first, k1), f32x4.add(f32x4.sqrt(f32x4.mul(second, k2)), e)),
      f32x4.mul(d, p),
    );
    v128.store(parameters + at, f32x4.sub(p, f32x4.mul(r, update)));
  }
  for (; i < length; i++) {
    const at = i << 2;
    const g = f32.load(gradients + at) * scale;
    const first = beta1 * f32.load(m + at) + (<f32>1 - beta1) * g;
    const second = beta2 * f32.load(v + at) + (<f32>1 - beta2) * g * g;
    f32.store(m + at, first);
    f32.store(v + at, second);
    const p = f32.load(parameters + at);
    f32.store(parameters + at, p - rate * (first / correction1 / (Mathf.sqrt(second / correction2) + epsilon) + decay * p));
  }
}
