/**
 * A decoder's weights where the decoding kernel reads them: linear ones as panels, with an adapter added on the way, one matrix at a time, so that no second
 * model is made. They go when nobody reads them any more, unless somebody keeps them; then they are used again for as long as nothing was written into a weight.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { LowRank } from "../fused-operations";
import { withLowRank } from "../low-rank";
import type { SimdContext } from "./context";
import { kernelCall, part } from "./kernel-call";
import { matrixProduct } from "./matrix-product";

const wordBytes = 4;
/** Columns of a panel, as in `kernels/matrix-product.ts`. */
const panelColumns = 16;

export interface Panels {
  use(): PanelsInUse;
  /** Until what it returns is called, what nobody uses any more stays. */
  keep(): () => void;
}

/** Weights for as long as something reads them. */
export interface PanelsInUse {
  /** Address of a linear weight `[out, in]` as panels, with an adapter added to it. */
  packed(weight: tf.Tensor2D, low: LowRank | null): number;
  /** Address of a tensor as it is: its own, or of a copy where it is another backend's. */
  plain(tensor: tf.Tensor): number;
  release(): void;
}

interface Block {
  readonly address: number;
  /** What it was made of. */
  readonly of: string;
  users: number;
}

export function createPanels(context: SimdContext): Panels {
  const { backend, kernels, jobs } = context;
  const [panels, copies] = [new Map<object, Block>(), new Map<object, Block>()];
  const numbers = new WeakMap<object, number>();
  let [numbered, keepers] = [0, 0];

  /** Changes when the tensor's numbers do: an assignment brings other data, an update writes into what is there. */
  const state = (tensor: tf.Tensor): string => {
    const { dataId } = tensor;
    const number = numbers.get(dataId) ?? numbered++;
    numbers.set(dataId, number);
    return `${number}.${backend.updates(tensor)}`;
  };

  /** The block of a tensor, made again where it was made of something else. What is replaced goes with who still reads it. */
  const once = (blocks: Map<object, Block>, tensor: tf.Tensor, of: string, make: () => number): Block => {
    const known = blocks.get(tensor.dataId);
    if (known?.of === of) return known;
    if (known) {
      blocks.delete(tensor.dataId);
      if (known.users === 0) backend.pool.free(known.address);
    }
    const block = { address: make(), of, users: 0 };
    blocks.set(tensor.dataId, block);
    return block;
  };

  const freeUnused = (): void => {
    for (const blocks of [panels, copies])
      for (const [dataId, { address, users }] of blocks) {
        if (users > 0) continue;
        blocks.delete(dataId);
        backend.pool.free(address);
      }
  };

  const pack = (weight: tf.Tensor2D, low: LowRank | null): number => {
    const [rows, columns] = weight.shape;
    return filled(context, kernels.packedNumbers(rows, columns) * wordBytes, (packed) => {
      withNumbers(context, weight, low, (w) => {
        jobs.run({
          ...kernelCall("packMatrix", { w, rows, columns, packed, first: part.first, last: part.last }),
          count: rows,
          multiple: panelColumns,
          work: weight.size,
        });
      });
    });
  };

  return {
    use() {
      const used: { readonly blocks: Map<object, Block>; readonly dataId: object; readonly block: Block }[] = [];
      const using = (blocks: Map<object, Block>, { dataId }: tf.Tensor, block: Block): number => {
        block.users++;
        used.push({ blocks, dataId, block });
        return block.address;
      };
      return {
        packed(weight, low) {
          const of = [weight, ...(low ? [low.down, low.up] : [])].map(state).join() + (low ? `·${low.scale}` : "");
          return using(
            panels,
            weight,
            once(panels, weight, of, () => pack(weight, low)),
          );
        },
        plain(tensor) {
          if (backend.holds(tensor)) return backend.address(tensor);
          const block = once(copies, tensor, state(tensor), () => copyOf(context, tensor.dataSync<"float32">()));
          return using(copies, tensor, block);
        },
        release() {
          for (const { blocks, dataId, block } of used.splice(0)) {
            block.users--;
            if (block.users === 0 && blocks.get(dataId) !== block) backend.pool.free(block.address);
          }
          if (keepers === 0) freeUnused();
        },
      };
    },
    keep() {
      let keeps = true;
      keepers++;
      return () => {
        if (keeps && --keepers === 0) freeUnused();
        keeps = false;
      };
    },
  };
}

/** A block of so many bytes, which is given back where it cannot be filled. */
function filled({ backend: { pool } }: SimdContext, bytes: number, fill: (address: number) => void): number {
  const address = pool.allocate(bytes);
  try {
    fill(address);
  } catch (error) {
    pool.free(address);
    throw error;
  }
  return address;
}

const copyOf = (context: SimdContext, values: Float32Array): number =>
  filled(context, values.byteLength, (address) => {
    context.backend.pool.floats(address, values.length).set(values);
  });

/** Calls with the address of W, or of W + s·B·A, which is there for the time of the call. */
function withNumbers(
  context: SimdContext,
  weight: tf.Tensor2D,
  low: LowRank | null,
  use: (address: number) => void,
): void {
  const { backend } = context;
  if (!low && backend.holds(weight)) {
    use(backend.address(weight));
    return;
  }
  const block = backend.holds(weight) ? merged(context, weight, low!) : copiedNumbers(context, weight, low);
  try {
    use(block);
  } finally {
    backend.pool.free(block);
  }
}

/** Of another backend, which adds its adapter. */
function copiedNumbers(context: SimdContext, weight: tf.Tensor2D, low: LowRank | null): number {
  if (!low) return copyOf(context, weight.dataSync<"float32">());
  const sum = withLowRank(weight, low);
  try {
    return copyOf(context, sum.dataSync<"float32">());
  } finally {
    sum.dispose();
  }
}

function merged(context: SimdContext, weight: tf.Tensor2D, { down, up, scale }: LowRank): number {
  const { backend, jobs } = context;
  const factor = copyOf(
    context,
    backend.floats(up).map((value) => value * scale),
  );
  try {
    const [[rows, rank], columns] = [up.shape, down.shape[1]];
    const sum = copyOf(context, backend.floats(weight));
    matrixProduct(
      jobs,
      { address: factor, rows, columns: rank, transposed: false },
      { address: backend.address(down), rows: rank, columns, transposed: false },
      sum,
      true,
    );
    return sum;
  } finally {
    backend.pool.free(factor);
  }
}
