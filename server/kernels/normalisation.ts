/** RMSNorm y = x / √(mean(x²) + ε) · g over the last axis of [rows, width], and its gradient. */
import { sum4 } from "./exponential";
import { madd } from "./multiply-add";

@inline
function sumOfProducts(x: usize, y: usize, width: i32): f32 {
  let sums = f32x4.splat(0);
  let c = 0;
  for (; c + 4 <= width; c += 4) sums = madd(v128.load(x + (c << 2)), v128.load(y + (c << 2)), sums);
  let sum = sum4(sums);
  for (; c < width; c++) sum += f32.load(x + (c << 2)) * f32.load(y + (c << 2));
  return sum;
}

/** Rows first … last − 1. */
export function rmsNorm(x: usize, gain: usize, y: usize, first: i32, last: i32, width: i32, epsilon: f32): void {
  const bytes = width << 2;
  for (let row = first; row < last; row++) {
    const from = x + row * bytes, to = y + row * bytes;
    const inverse = <f32>1.0 / Mathf.sqrt(sumOfProducts(from, from, width) / <f32>width + epsilon);
    const factor = f32x4.splat(inverse);
    let c = 0;
    for (; c + 4 <= width; c += 4) {
      const at = c << 2;
      v128.store(to + at, f32x4.mul(f32x4.mul(v128.load(from + at), factor), v128.load(gain + at)));
    }
    for (; c < width; c++) f32.store(to + (c << 2), f32.load(from + (c << 2)) * inverse * f32.load(gain + (c << 2)));
  }
}

/** dx = s·(dy⊙g − x · s² · mean(x ⊙ dy ⊙ g)) with s = 1/√(mean(x²) + ε); dGain += Σ_rows dy ⊙ x · s. */
export function rmsNormGradient(
  x: usize, gain: usize, dy: usize, dx: usize, dGain: usize, first: i32, last: i32, width: i32, epsilon: f32,
): void {
  const bytes = width << 2;
  for (let row = first; row < last; row++) {
    const from = x + row * bytes, slope = dy + row * bytes, to = dx + row * bytes;
    const inverse = <f32>1.0 / Mathf.sqrt(sumOfProducts(from, from, width) / <f32>width + epsilon);
    const factor = f32x4.splat(inverse);
    let sums = f32x4.splat(0), sum: f32 = 0;
    let c = 0;
    for (; c + 4 <= width; c += 4) {
      const at = c << 2;
      const scaled = f32x4.mul(v128.load(slope + at), v128.load(from + at));
      v128.store(dGain + at, madd(scaled, factor, v128.load(dGain + at)));
      sums = madd(scaled, v128.load(gain + at), sums);
    }
    for (; c < width; c++) {
      const at = c << 2;
      const scaled = f32.load(slope + at) * f32.load(from + at);
      f32.store(dGain + at, f32.load(dGain + at) + scaled * inverse);
      sum += scaled * f32.load(gain + at);
    }
    const pull = ((sum4(sums) + sum) / <f32>width) * inverse * inverse;
    const pulls = f32x4.splat(pull);
    for (c = 0; c + 4 <= width; c += 4) {
      const at = c << 2;
      const direct = f32x4.mul(v128.load(slope + at), v128.load(gain + at));
      v128.store(to + at, f32x4.mul(factor, f32x4.sub(direct, f32x4.mul(v128.load(from + at), pulls))));
    }
    for (; c < width; c++) {
      const at = c << 2;
      f32.store(to + at, inverse * (f32.load(slope + at) * f32.load(gain + at) - f32.load(from + at) * pull));
    }
  }
}
