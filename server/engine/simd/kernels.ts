/** Written by `npm run build` from `server/kernels`. Addresses are bytes into the shared memory, strides too. */
export interface Kernels {
  heapBase(): number;
  add(x1: number, x2: number, y: number, first: number, last: number): void;
  addBias(x: number, bias: number, y: number, first: number, last: number, width: number): void;
  sumRows(x: number, sums: number, first: number, last: number, width: number): void;
  matrixProduct(a: number, aRow: number, aInner: number, b: number, bInner: number, bColumn: number, c: number,
    cRow: number, firstRow: number, lastRow: number, firstColumn: number, lastColumn: number, k: number, packed: number,
    accumulate: number): void;
  packMatrix(w: number, rows: number, columns: number, packed: number, first: number, last: number): void;
  packedNumbers(rows: number, columns: number): number;
  decode(decoding: number, first: number, last: number): void;
  decodeScratch(decoding: number): number;
  useScratch(decoding: number, address: number, bytes: number): void;
  sampleToken(logits: number, vocabulary: number, inverseTemperature: number, topK: number, topP: number, minP: number,
    uniform: number, weights: number, logProb: number, entropy: number): number;
  attention(q: number, qRow: number, k: number, kRow: number, v: number, vRow: number, out: number, outRow: number,
    logSum: number, sequences: number, first: number, last: number, heads: number, keyHeads: number, width: number,
    window: number, scores: number): void;
  attentionGradient(q: number, qRow: number, k: number, kRow: number, v: number, vRow: number, out: number,
    dOut: number, outRow: number, logSum: number, dq: number, dk: number, dv: number, sequences: number, first: number,
    last: number, heads: number, keyHeads: number, width: number, window: number, scores: number): void;
  rmsNorm(x: number, gain: number, y: number, first: number, last: number, width: number, epsilon: number): void;
  rmsNormGradient(x: number, gain: number, dy: number, dx: number, dGain: number, first: number, last: number,
    width: number, epsilon: number): void;
  rotary(x: number, y: number, positions: number, cosines: number, sines: number, first: number, last: number,
    heads: number, width: number, sign: number): void;
  swiglu(gate: number, up: number, y: number, first: number, last: number): void;
  swigluGradient(gate: number, up: number, dy: number, dGate: number, dUp: number, first: number, last: number): void;
  geglu(gate: number, up: number, y: number, first: number, last: number): void;
  gegluGradient(gate: number, up: number, dy: number, dGate: number, dUp: number, first: number, last: number): void;
  tokenLogProbs(logits: number, targets: number, logProb: number, entropy: number, logSum: number, first: number,
    last: number, vocabulary: number, inverseTemperature: number): void;
  tokenLogProbsGradient(logits: number, targets: number, entropy: number, logSum: number, dLogProb: number,
    dEntropy: number, first: number, last: number, vocabulary: number, inverseTemperature: number): void;
  adamW(parameters: number, gradients: number, m: number, v: number, length: number, scale: number, rate: number,
    beta1: number, beta2: number, epsilon: number, decay: number, correction1: number, correction2: number): void;
  sumOfSquares(x: number, length: number): number;
  gatherRows(table: number, indices: number, y: number, first: number, last: number, width: number): void;
  scatterRows(x: number, indices: number, table: number, first: number, last: number, width: number): void;
  scatterAddRows(dy: number, indices: number, dTable: number, rows: number, width: number): void;
}

/** The same names as values, in the order in which a kernel takes them. */
export const kernelParameters = {
  heapBase: [],
  add: ["x1", "x2", "y", "first", "last"],
  addBias: ["x", "bias", "y", "first", "last", "width"],
  sumRows: ["x", "sums", "first", "last", "width"],
  matrixProduct: ["a", "aRow", "aInner", "b", "bInner", "bColumn", "c", "cRow", "firstRow", "lastRow", "firstColumn",
    "lastColumn", "k", "packed", "accumulate"],
  packMatrix: ["w", "rows", "columns", "packed", "first", "last"],
  packedNumbers: ["rows", "columns"],
  decode: ["decoding", "first", "last"],
  decodeScratch: ["decoding"],
  useScratch: ["decoding", "address", "bytes"],
  sampleToken: ["logits", "vocabulary", "inverseTemperature", "topK", "topP", "minP", "uniform", "weights", "logProb",
    "entropy"],
  attention: ["q", "qRow", "k", "kRow", "v", "vRow", "out", "outRow", "logSum", "sequences", "first", "last", "heads",
    "keyHeads", "width", "window", "scores"],
  attentionGradient: ["q", "qRow", "k", "kRow", "v", "vRow", "out", "dOut", "outRow", "logSum", "dq", "dk", "dv",
    "sequences", "first", "last", "heads", "keyHeads", "width", "window", "scores"],
  rmsNorm: ["x", "gain", "y", "first", "last", "width", "epsilon"],
  rmsNormGradient: ["x", "gain", "dy", "dx", "dGain", "first", "last", "width", "epsilon"],
  rotary: ["x", "y", "positions", "cosines", "sines", "first", "last", "heads", "width", "sign"],
  swiglu: ["gate", "up", "y", "first", "last"],
  swigluGradient: ["gate", "up", "dy", "dGate", "dUp", "first", "last"],
  geglu: ["gate", "up", "y", "first", "last"],
  gegluGradient: ["gate", "up", "dy", "dGate", "dUp", "first", "last"],
  tokenLogProbs: ["logits", "targets", "logProb", "entropy", "logSum", "first", "last", "vocabulary",
    "inverseTemperature"],
  tokenLogProbsGradient: ["logits", "targets", "entropy", "logSum", "dLogProb", "dEntropy", "first", "last",
    "vocabulary", "inverseTemperature"],
  adamW: ["parameters", "gradients", "m", "v", "length", "scale", "rate", "beta1", "beta2", "epsilon", "decay",
    "correction1", "correction2"],
  sumOfSquares: ["x", "length"],
  gatherRows: ["table", "indices", "y", "first", "last", "width"],
  scatterRows: ["x", "indices", "table", "first", "last", "width"],
  scatterAddRows: ["dy", "indices", "dTable", "rows", "width"],
} as const satisfies Record<keyof Kernels, readonly string[]>;
