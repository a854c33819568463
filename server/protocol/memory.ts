/** What a stage was planned to hold in memory, in bytes; as it stands in `run.json`. */
import * as z from "zod";

const bytes = z.number().nonnegative();

export const memoryPlanSchema = z.object({
  /** Whose memory it is: of the kernels, or of the machine. */
  engine: z.enum(["simd", "tensorflow"]),
  weights: bytes,
  gradients: bytes,
  /** Of AdamW. */
  moments: bytes,
  /** Of the largest part of a batch. */
  activations: bytes,
  logits: bytes,
  /** While completions are drawn: weights as they are read then, keys and values. */
  sampling: bytes,
  /** The process itself, and the arrays that tensors were made of, where its memory is that of tensors too. */
  process: bytes.default(0),
  /** A copy of a checkpoint, beside all of this, while it is written and steps are made; 0: steps wait for it, or it is small. */
  saving: bytes.default(0),
  /** The most of it at one time. */
  peak: bytes,
  /** What there is; null: not known. */
  limit: bytes.nullable(),
  /** Most tokens that go through the model together; null: whole batches. */
  part: z.int().positive().nullable(),
  /** Layers are computed again in the backward pass. */
  recompute: z.boolean(),
});
export type MemoryPlan = z.infer<typeof memoryPlanSchema>;
