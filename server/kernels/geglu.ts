/**
 * GEGLU y = gelu(gate) ⊙ up over arrays of the same length, and its gradient. gelu by tanh (Hendrycks & Gimpel 2016, PyTorch's approximate="tanh"):
 * ½·x·(1 + tanh u) = x·σ(2u) with u = √(2/π)·(x + 0.044715·x³).
 */
import { exp4 } from "./exponential";

/** 2·√(2/π). */
const DOUBLE: f32 = 1.5957691216057308;
const CUBIC: f32 = 0.044715;

/** σ(2u) of four numbers. */
@inline
function share(x: v128): v128 {
  const inner = f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.splat(CUBIC), f32x4.mul(x, x)));
  const double = f32x4.mul(f32x4.mul(x, f32x4.splat(DOUBLE)), inner);
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(double))));
}

/** d gelu / dx = σ + x·σ·(1 − σ)·2u′. */
@inline
function rise(x: v128, sigma: v128): v128 {
  const slope = f32x4.mul(
    f32x4.splat(DOUBLE),
    f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.splat(<f32>3 * CUBIC), f32x4.mul(x, x))),
  );
  const curve = f32x4.mul(f32x4.mul(x, sigma), f32x4.sub(f32x4.splat(1), sigma));
  return f32x4.add(sigma, f32x4.mul(curve, slope));
}

@inline
const first1 = (x: v128): f32 => f32x4.extract_lane(x, 0);

/** Numbers first … last − 1; `first` is a multiple of 4. */
export function geglu(gate: usize, up: usize, y: usize, first: i32, last: i32): void {
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = i << 2;
    const g = v128.load(gate + at);
    v128.store(y + at, f32x4.mul(f32x4.mul(g, share(g)), v128.load(up + at)));
  }
  for (; i < last; i++) {
    const at = i << 2;
    const g = f32.load(gate + at);
    f32.store(y + at, g * first1(share(f32x4.splat(g))) * f32.load(up + at));
  }
}

export function gegluGradient(gate: usize, up: usize, dy: usize, dGate: usize, dUp: usize, first: i32, last: i32): void {
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = i << 2;
    const g = v128.load(gate + at), slope = v128.load(dy + at), sigma = share(g);
    v128.store(dUp + at, f32x4.mul(slope, f32x4.mul(g, sigma)));
    v128.store(dGate + at, f32x4.mul(f32x4.mul(slope, v128.load(up + at)), rise(g, sigma)));
  }
  for (; i < last; i++) {
    const at = i << 2;
    const g = f32.load(gate + at), slope = f32.load(dy + at);
    const wide = f32x4.splat(g), sigma = share(wide);
    f32.store(dUp + at, slope * g * first1(sigma));
    f32.store(dGate + at, slope * f32.load(up + at) * first1(rise(wide, sigma)));
  }
}
