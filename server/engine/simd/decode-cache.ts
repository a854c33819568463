/**
 * Keys and values of sequences that are being drawn: blocks of some positions, which a sequence takes as it grows, so that a short completion does not pay for
 * the longest that there could be (Kwon et al. 2023, arXiv 2309.06180). Each worker has its own, and never waits for another.
 */

/** What is drawn by how many. */
export interface CacheWork {
  readonly sequences: number;
  /** Tokens of the longest completion. */
  readonly most: number;
  readonly layers: number;
  /** Numbers of a layer's keys of one token. */
  readonly keyWidth: number;
  readonly threads: number;
}

export interface DecodeCache {
  readonly workers: number;
  /** Sequences that a worker reads at a time. */
  readonly rows: number;
  /** Positions of a block, a multiple of 4. */
  readonly positions: number;
  /** Blocks of a worker, at least as many as one sequence of `most` tokens takes. */
  readonly blocks: number;
  readonly blockBytes: number;
}

/** More sequences at a time do not make a product faster. */
const mostRows = 60;
const blockPositions = 32;
/** Bytes of all workers' blocks, unless one sequence each takes more. */
const cacheBudget = 2 ** 29;
const floatBytes = 4;

/** `budget`: bytes, for tests. */
export function decodeCache(
  { sequences, most, layers, keyWidth, threads }: CacheWork,
  budget = cacheBudget,
): DecodeCache {
  const workers = Math.max(1, Math.min(threads, sequences));
  const positions = Math.min(blockPositions, 4 * Math.ceil(most / 4));
  const blockBytes = 2 * layers * positions * keyWidth * floatBytes;
  const ofLongest = Math.ceil(most / positions);
  const within = Math.max(ofLongest, Math.floor(budget / workers / blockBytes));
  const wanted = Math.max(1, Math.min(mostRows, Math.ceil(sequences / workers)));
  return {
    workers,
    rows: Math.min(wanted, within),
    positions,
    blocks: Math.min(wanted * ofLongest, within),
    blockBytes,
  };
}

/** Bytes of all keys and values. */
export const cacheBytes = ({ workers, blocks, blockBytes }: DecodeCache): number => workers * blocks * blockBytes;
