let numbers: Float32Array | null = null;

/** The number of every float16, by its bits: IEEE 754 binary16. */
export function float16Numbers(): Float32Array {
  numbers ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => numberOf(bits));
  return numbers;
}

function numberOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
