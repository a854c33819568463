export { add, addBias, sumRows } from "./elementwise";
export { matrixProduct, packMatrix, packedNumbers } from "./matrix-product";
export { decode, decodeScratch, useScratch } from "./decode";
export { sampleToken } from "./sampling";
export { attention, attentionGradient } from "./attention";
export { rmsNorm, rmsNormGradient } from "./normalisation";
export { rotary } from "./rotary";
export { swiglu, swigluGradient } from "./swiglu";
export { geglu, gegluGradient } from "./geglu";
export { tokenLogProbs, tokenLogProbsGradient } from "./token-log-probs";
export { adamW, sumOfSquares } from "./optimizer";
export { gatherRows, scatterRows, scatterAddRows } from "./embedding";

/** First address behind the kernels' own static data. */
export function heapBase(): usize {
  return __heap_base;
}
