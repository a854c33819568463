import * as tf from "@tensorflow/tfjs-core";
import { withGradient } from "../with-gradient";
import type { FusedOperations, HeadShape, Sequences } from "../fused-operations";
import * as g from "./graph";
import type { Graph } from "./graph";

/** How packed rows become a batch of sequences of one length and back. */
interface Layout {
  readonly count: number;
  readonly longest: number;
  /** Row of each place of the batch, `[count · longest]`; null: the rows are the batch already. */
  readonly gather: tf.Tensor | null;
  /** Place of each row, `[rows]`. */
  readonly scatter: tf.Tensor | null;
}

/** 0 where a query sees a key and −1e9 where it does not, `[longest, longest]`: places behind a sequence's end come after all its queries. */
function maskOf(longest: number): tf.Tensor {
  return g.constant(`mask ${longest}`, () =>
    tf.tensor2d(
      Float32Array.from({ length: longest * longest }, (_, index) =>
        index % longest > Math.floor(index / longest) ? -1e9 : 0,
      ),
      [longest, longest],
    ),
  );
}

function layoutOf({ table, count, longest }: Sequences, rows: number): Layout {
  if (rows === count * longest) return { count, longest, gather: null, scatter: null };
  const places = table.dataSync();
  const gather = new Int32Array(count * longest);
  const scatter = new Int32Array(rows);
  for (let sequence = 0; sequence < count; sequence++) {
    const start = places[4 * sequence]!;
    for (let index = 0; index < places[4 * sequence + 1]!; index++) {
      gather[sequence * longest + index] = start + index;
      scatter[start + index] = sequence * longest + index;
    }
  }
  return { count, longest, gather: tf.tensor1d(gather, "int32"), scatter: tf.tensor1d(scatter, "int32") };
}

/** softmax(q·kᵀ/√width)·v over padded sequences; the backward pass uses the weights that the forward pass computed. */
export function attentionOperation(graph: Graph): FusedOperations["causalAttention"] {
  return (q, k, v, sequences, shape) => {
    const { heads, keyHeads, width } = shape;
    const perKey = heads / keyHeads;
    const rows = q.shape[0];
    const scale = 1 / Math.sqrt(width);
    return withGradient<tf.Tensor2D>(
      [q, k, v],
      (save) => {
        const layout = layoutOf(sequences, rows);
        const queries = toHeads(graph, q, layout, shape, perKey);
        const keys = toHeads(graph, k, layout, shape, 1);
        const values = toHeads(graph, v, layout, shape, 1);
        const scaled = g.multiply(graph, queries, g.scalar(scale));
        const scores = g.batchProduct(graph, scaled, keys, { adj_y: true });
        const weights = g.softmax(graph, g.add(graph, scores, maskOf(layout.longest)));
        const out = g.batchProduct(graph, weights, values);
        const kept = layout.gather && layout.scatter ? [layout.gather, layout.scatter] : [];
        save([scaled, keys, values, weights, ...kept]);
        return fromHeads(graph, out, layout, shape, perKey, rows);
      },
      (dy, saved) => {
        const [scaled, keys, values, weights, gather, scatter] = saved as [
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
          tf.Tensor | undefined,
          tf.Tensor | undefined,
        ];
        const { count, longest } = sequences;
        const layout = { count, longest, gather: gather ?? null, scatter: scatter ?? null };
        const slopes = toHeads(graph, dy, layout, shape, perKey, true);
        const dWeights = g.batchProduct(graph, slopes, values, { adj_y: true });
        const products = g.multiply(graph, dWeights, weights);
        // p ⊙ (dp − Σ dp ⊙ p)
        const dScores = g.subtract(graph, products, g.multiply(graph, weights, g.sum(graph, products, [4], true)));
        const dQueries = g.multiply(graph, g.batchProduct(graph, dScores, keys), g.scalar(scale));
        const overGroup = (x: tf.Tensor): tf.Tensor => (perKey === 1 ? x : g.sum(graph, x, [2], true));
        const dKeys = overGroup(g.batchProduct(graph, dScores, scaled, { adj_x: true }));
        const dValues = overGroup(g.batchProduct(graph, weights, slopes, { adj_x: true }));
        return [
          fromHeads(graph, dQueries, layout, shape, perKey, rows),
          fromHeads(graph, dKeys, layout, shape, 1, rows),
          fromHeads(graph, dValues, layout, shape, 1, rows),
        ];
      },
    );
  };
}

/** `[rows, heads · width]` → `[count, keyHeads, perKey, longest, width]`. `zeros`: places without a row hold 0 and not another row. */
function toHeads(
  graph: Graph,
  x: tf.Tensor,
  { count, longest, gather, scatter }: Layout,
  { keyHeads, width }: HeadShape,
  perKey: number,
  zeros = false,
): tf.Tensor {
  const padded =
    gather === null || scatter === null
      ? x
      : zeros
        ? g.segmentSum(graph, x, scatter, count * longest)
        : g.gather(graph, x, gather);
  return g.transpose(graph, g.reshape(graph, padded, [count, longest, keyHeads, perKey, width]), [0, 2, 3, 1, 4]);
}

/** The inverse of {@link toHeads}; places without a row are dropped. */
function fromHeads(
  graph: Graph,
  x: tf.Tensor,
  { count, longest, scatter }: Layout,
  { keyHeads, width }: HeadShape,
  perKey: number,
  rows: number,
): tf.Tensor2D {
  const ordered = g.transpose(graph, x, [0, 3, 1, 2, 4]);
  const columns = keyHeads * perKey * width;
  if (scatter === null) return g.reshape(graph, ordered, [rows, columns]) as tf.Tensor2D;
  return g.gather(graph, g.reshape(graph, ordered, [count * longest, columns]), scatter) as tf.Tensor2D;
}
