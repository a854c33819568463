/** SwiGLU y = gate · σ(gate) ⊙ up over arrays of the same length, and its gradient. */
import { exp4, exp1 } from "./exponential";

/** Numbers first … last − 1; `first` is a multiple of 4. */
export function swiglu(gate: usize, up: usize, y: usize, first: i32, last: i32): void {
  const one = f32x4.splat(1);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = i << 2;
    const g = v128.load(gate + at);
    const sigmoid = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(g))));
    v128.store(y + at, f32x4.mul(f32x4.mul(g, sigmoid), v128.load(up + at)));
  }
  for (; i < last; i++) {
    const at = i << 2;
    const g = f32.load(gate + at);
    f32.store(y + at, (g / (<f32>1 + exp1(-g))) * f32.load(up + at));
  }
}

export function swigluGradient(gate: usize, up: usize, dy: usize, dGate: usize, dUp: usize, first: i32, last: i32): void {
  const one = f32x4.splat(1);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = i << 2;
    const g = v128.load(gate + at), slope = v128.load(dy + at);
    const sigmoid = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(g))));
    const silu = f32x4.mul(g, sigmoid);
    v128.store(dUp + at, f32x4.mul(slope, silu));
    const rise = f32x4.add(sigmoid, f32x4.mul(silu, f32x4.sub(one, sigmoid)));
    v128.store(dGate + at, f32x4.mul(f32x4.mul(slope, v128.load(up + at)), rise));
  }
  for (; i < last; i++) {
    const at = i << 2;
    const g = f32.load(gate + at), slope = f32.load(dy + at);
    const sigmoid = <f32>1 / (<f32>1 + exp1(-g));
    f32.store(dUp + at, slope * g * sigmoid);
    f32.store(dGate + at, slope * f32.load(up + at) * (sigmoid + g * sigmoid * (<f32>1 - sigmoid)));
  }
}
