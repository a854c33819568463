/**
 * x · y + z: in one rounding where the build has relaxed SIMD, in two in the plain build, which every runtime with SIMD can run.
 */
@inline
export function madd(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, z);
  return f32x4.add(f32x4.mul(x, y), z);
}
