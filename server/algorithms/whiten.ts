/** Values made comparable: mean 0, variance 1. */

/** (x − mean) / √(var + 1e-8), var with n − 1 (`masked_whiten` of TRL and verl). `shiftMean` false keeps the mean. One value alone stays as it is. */
export function whiten(values: Float64Array, shiftMean = true): Float64Array {
  const count = values.length;
  if (count < 2) return Float64Array.from(values);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const scale = 1 / Math.sqrt(variance + 1e-8);
  return values.map((value) => (value - mean) * scale + (shiftMean ? 0 : mean));
}
