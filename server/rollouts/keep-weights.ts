import { fused } from "../engine/fused-operations";

/** Does something that samples several times while the weights stay as they are: they are laid out for it once. */
export async function keepingWeights<T>(work: () => Promise<T>): Promise<T> {
  const release = fused().keepWeights();
  try {
    return await work();
  } finally {
    release();
  }
}
