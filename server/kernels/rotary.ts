/**
 * Rotary positions, Hugging Face's pairing (number c with number c + width/2 of a head): x [rows, heads, width] turned by the angle of each
 * row's position. `cosines`, `sines`: [positions, width/2]. With `sign` −1 it turns back, which is the gradient.
 */

/** Turns the heads of one row by the angles at `cosines`, `sines`; `to` may be `from`. */
export function turnHeads(from: usize, to: usize, cosines: usize, sines: usize, heads: i32, width: i32, sign: f32): void {
  const half = width >> 1, halfBytes = half << 2, bytes = width << 2;
  const signs = f32x4.splat(sign);
  for (let h = 0; h < heads; h++) {
    let c = 0;
    for (; c + 4 <= half; c += 4) {
      const at = c << 2;
      const cosine = v128.load(cosines + at), sine = f32x4.mul(v128.load(sines + at), signs);
      const low = v128.load(from + at), high = v128.load(from + halfBytes + at);
      v128.store(to + at, f32x4.sub(f32x4.mul(low, cosine), f32x4.mul(high, sine)));
      v128.store(to + halfBytes + at, f32x4.add(f32x4.mul(high, cosine), f32x4.mul(low, sine)));
    }
    for (; c < half; c++) {
      const at = c << 2;
      const cosine = f32.load(cosines + at), sine = f32.load(sines + at) * sign;
      const low = f32.load(from + at), high = f32.load(from + halfBytes + at);
      f32.store(to + at, low * cosine - high * sine);
      f32.store(to + halfBytes + at, high * cosine + low * sine);
    }
    from += bytes;
    to += bytes;
  }
}

export function rotary(
  x: usize, y: usize, positions: usize, cosines: usize, sines: usize, first: i32, last: i32, heads: i32, width: i32, sign: f32,
): void {
  const angleBytes = (width >> 1) << 2, rowBytes = heads * width << 2;
  for (let row = first; row < last; row++) {
    const angle = load<i32>(positions + (row << 2)) * angleBytes;
    turnHeads(x + row * rowBytes, y + row * rowBytes, cosines + angle, sines + angle, heads, width, sign);
  }
}
