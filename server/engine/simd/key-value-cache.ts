import type { HeadShape, KeyValueCache } from "../fused-operations";
import { attend } from "./attention";
import { asMatrix } from "./context";
import type { SimdContext } from "./context";

const floatBytes = 4;

/** Keys and values in blocks of the kernels' memory, written and read in place. */
export function createMemoryCache(
  context: SimdContext,
  layers: number,
  slots: number,
  length: number,
  shape: HeadShape,
): KeyValueCache {
  const { backend, kernels } = context;
  const width = shape.keyHeads * shape.width;
  const rows = slots * length;
  const make = (): number[] => Array.from({ length: layers }, () => backend.pool.allocate(rows * width * floatBytes));
  const keys = make();
  const values = make();
  return {
    write(layer, newKeys, newValues, at) {
      const indices = backend.address(at);
      const count = at.shape[0];
      kernels.scatterRows(backend.address(newKeys), indices, keys[layer]!, 0, count, width);
      kernels.scatterRows(backend.address(newValues), indices, values[layer]!, 0, count, width);
    },
    attend(layer, queries, sequences) {
      const out = backend.allocate(queries.shape);
      const query = { address: backend.address(queries), row: queries.shape[1] * floatBytes };
      attend(context, query, keys[layer]!, values[layer]!, width * floatBytes, out.address, 0, sequences, shape);
      return asMatrix(backend, out.info);
    },
    copyRows(from, to, count) {
      for (const address of [...keys, ...values]) {
        backend.pool.floats(address, rows * width).copyWithin(to * width, from * width, (from + count) * width);
      }
    },
    dispose() {
      for (const address of [...keys, ...values]) backend.pool.free(address);
    },
  };
}
