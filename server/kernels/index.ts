export { matrixProduct } from "./matrix-product";
export { attention, attentionGradient } from "./attention";
export { rmsNorm, rmsNormGradient } from "./normalisation";
export { rotary } from "./rotary";
export { swiglu, swigluGradient } from "./swiglu";
export { tokenLogProbs, tokenLogProbsGradient } from "./token-log-probs";
export { adamW, sumOfSquares } from "./optimizer";
export { gatherRows, scatterAddRows } from "./embedding";
