/** Values made comparable: mean 0, variance 1. */
import { mean } from "./mean";

/** (x − mean) / √(var + 1e-8), var with n − 1 (`masked_whiten` of TRL and verl). `shiftMean` false keeps the mean. One value alone stays as it is. */
export function whiten(values: Float64Array, shiftMean = true): Float64Array {
  const count = values.length;
  if (count < 2) return Float64Array.from(values);
  const centre = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (count - 1);
  const scale = 1 / Math.sqrt(variance + 1e-8);
  return values.map((value) => (value - centre) * scale + (shiftMean ? 0 : centre));
}
