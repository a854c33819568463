/** How many rows of logits exist at a time: never those of a whole batch. */

/** Numbers of a block where the vocabulary is small. */
const few = 1 << 20;
/** Numbers of a block at most where the vocabulary is wide, and rows beyond which reading its table once a block costs little beside the products. */
const many = 1 << 24;
const enoughRows = 256;

/** Rows of a block. With a vocabulary of 49,152 they are 256: a block of 50 MB, for which a table of 113 MB is read once and not twelve times. */
export function logitsRows(vocabulary: number): number {
  const wide = Math.min(enoughRows, Math.floor(many / vocabulary));
  return Math.max(1, wide, Math.floor(few / vocabulary));
}
