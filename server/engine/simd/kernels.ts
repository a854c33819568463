/** The compiled kernels of `server/kernels`, with the types of their exports. Addresses are bytes into the shared memory, strides too. */

export interface Kernels {
  heapBase(): number;
  add(x1: number, x2: number, y: number, first: number, last: number): void;
  addBias(x: number, bias: number, y: number, first: number, last: number, width: number): void;
  sumRows(x: number, sums: number, first: number, last: number, width: number): void;
  matrixProduct(
    a: number,
    aRow: number,
    aInner: number,
    b: number,
    bInner: number,
    bColumn: number,
    c: number,
    cRow: number,
    firstRow: number,
    lastRow: number,
    firstColumn: number,
    lastColumn: number,
    inner: number,
    packed: number,
    accumulate: number,
  ): void;
  /** Numbers that {@link packMatrix} writes. */
  packedNumbers(rows: number, columns: number): number;
  packMatrix(w: number, rows: number, columns: number, packed: number): void;
  /** Bytes of scratch memory of a worker of {@link decode}. */
  decodeScratch(decoding: number): number;
  useScratch(decoding: number, address: number, bytes: number): void;
  decode(decoding: number, first: number, last: number): void;
  sampleToken(
    logits: number,
    vocabulary: number,
    inverseTemperature: number,
    topK: number,
    topP: number,
    minP: number,
    uniform: number,
    weights: number,
    logProb: number,
    entropy: number,
  ): number;
  attention(
    q: number,
    qRow: number,
    k: number,
    kRow: number,
    v: number,
    vRow: number,
    out: number,
    outRow: number,
    logSum: number,
    sequences: number,
    first: number,
    last: number,
    heads: number,
    keyHeads: number,
    width: number,
    scores: number,
  ): void;
  attentionGradient(
    q: number,
    qRow: number,
    k: number,
    kRow: number,
    v: number,
    vRow: number,
    out: number,
    dOut: number,
    outRow: number,
    logSum: number,
    dq: number,
    dk: number,
    dv: number,
    sequences: number,
    first: number,
    last: number,
    heads: number,
    keyHeads: number,
    width: number,
    scores: number,
  ): void;
  rmsNorm(x: number, gain: number, y: number, first: number, last: number, width: number, epsilon: number): void;
  rmsNormGradient(
    x: number,
    gain: number,
    dy: number,
    dx: number,
    dGain: number,
    first: number,
    last: number,
    width: number,
    epsilon: number,
  ): void;
  rotary(
    x: number,
    y: number,
    positions: number,
    cosines: number,
    sines: number,
    first: number,
    last: number,
    heads: number,
    width: number,
    sign: number,
  ): void;
  swiglu(gate: number, up: number, y: number, first: number, last: number): void;
  swigluGradient(gate: number, up: number, dy: number, dGate: number, dUp: number, first: number, last: number): void;
  tokenLogProbs(
    logits: number,
    targets: number,
    logProb: number,
    entropy: number,
    logSum: number,
    first: number,
    last: number,
    vocabulary: number,
    inverseTemperature: number,
  ): void;
  tokenLogProbsGradient(
    logits: number,
    targets: number,
    entropy: number,
    logSum: number,
    dLogProb: number,
    dEntropy: number,
    first: number,
    last: number,
    vocabulary: number,
    inverseTemperature: number,
  ): void;
  sumOfSquares(x: number, length: number): number;
  adamW(
    parameters: number,
    gradients: number,
    m: number,
    v: number,
    length: number,
    scale: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    decay: number,
    correction1: number,
    correction2: number,
  ): void;
  gatherRows(table: number, indices: number, y: number, first: number, last: number, width: number): void;
  scatterRows(x: number, indices: number, table: number, first: number, last: number, width: number): void;
  scatterAddRows(dy: number, indices: number, dTable: number, rows: number, width: number): void;
}
