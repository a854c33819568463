import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations, HeadShape, Sequences } from "../fused-operations";
import { withGradient } from "../with-gradient";
import * as g from "./graph";
import type { Graph } from "./graph";

/** Numbers of softmax weights, `sequences · heads · longest²`. */
const budgets = {
  /** Held at a time. */
  block: 2 ** 24,
  /** Of a layer, kept for the backward pass; more are computed again. */
  kept: 2 ** 22,
};

/** Sequences that are computed together. */
interface Block {
  readonly firstRow: number;
  /** Tokens of each sequence. */
  readonly lengths: readonly number[];
  readonly longest: number;
}

/** Neighbouring sequences, as many at a time as the budget allows. */
function blocksOf({ table, count }: Sequences, heads: number, budget: number): Block[] {
  const places = table.dataSync();
  const blocks: { firstRow: number; lengths: number[]; longest: number }[] = [];
  for (let sequence = 0; sequence < count; sequence++) {
    const length = places[4 * sequence + 1]!;
    const open = blocks.at(-1);
    const longest = Math.max(open?.longest ?? 0, length);
    if (open && (open.lengths.length + 1) * heads * longest * longest <= budget) {
      open.lengths.push(length);
      open.longest = longest;
    } else blocks.push({ firstRow: places[4 * sequence]!, lengths: [length], longest: length });
  }
  return blocks;
}

const rowsOf = ({ lengths }: Block): number => lengths.reduce((sum, length) => sum + length, 0);

/** What the backward pass of a block needs: scaled queries, keys, values and softmax weights, by heads. */
type Kept = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

/** softmax(q·kᵀ/√width)·v over padded blocks of sequences. */
export function attentionOperation(
  graph: Graph,
  { block: most, kept: mostKept } = budgets,
): FusedOperations["causalAttention"] {
  return (q, k, v, sequences, shape) => {
    const { heads, keyHeads, width } = shape;
    const perKey = heads / keyHeads;
    const scale = 1 / Math.sqrt(width);
    const blocks = blocksOf(sequences, heads, most);
    const numbers = blocks.reduce((sum, { lengths, longest }) => sum + lengths.length * heads * longest ** 2, 0);
    const keep = blocks.length === 1 && numbers <= mostKept;
    const part = (x: tf.Tensor, block: Block): tf.Tensor =>
      blocks.length === 1 ? x : g.slice(graph, x, [block.firstRow, 0], [rowsOf(block), -1]);
    const joined = (parts: readonly tf.Tensor[]): tf.Tensor2D =>
      (parts.length === 1 ? parts[0]! : g.concatenate(graph, parts, 0)) as tf.Tensor2D;

    const read = (block: Block, queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor): Kept => {
      const scaled = g.multiply(graph, toHeads(graph, queries, block, shape, perKey), g.scalar(scale));
      const k5 = toHeads(graph, keys, block, shape, 1);
      const scores = g.batchProduct(graph, scaled, k5, { adj_y: true });
      const weights = g.softmax(graph, g.add(graph, scores, maskOf(block.longest, sequences.window ?? block.longest)));
      return [scaled, k5, toHeads(graph, values, block, shape, 1), weights];
    };
    const write = (block: Block, [, , values, weights]: Kept): tf.Tensor =>
      fromHeads(graph, g.batchProduct(graph, weights, values), block, shape, perKey);
    const slopesOf = (block: Block, [scaled, keys, values, weights]: Kept, dy: tf.Tensor): tf.Tensor[] => {
      const slopes = toHeads(graph, dy, block, shape, perKey, true);
      const products = g.multiply(graph, g.batchProduct(graph, slopes, values, { adj_y: true }), weights);
      // p ⊙ (dp − Σ dp ⊙ p)
      const dScores = g.subtract(graph, products, g.multiply(graph, weights, g.sum(graph, products, [4], true)));
      const overGroup = (x: tf.Tensor): tf.Tensor => (perKey === 1 ? x : g.sum(graph, x, [2], true));
      return [
        fromHeads(
          graph,
          g.multiply(graph, g.batchProduct(graph, dScores, keys), g.scalar(scale)),
          block,
          shape,
          perKey,
        ),
        fromHeads(graph, overGroup(g.batchProduct(graph, dScores, scaled, { adj_x: true })), block, shape, 1),
        fromHeads(graph, overGroup(g.batchProduct(graph, weights, slopes, { adj_x: true })), block, shape, 1),
      ];
    };

    return withGradient<tf.Tensor2D>(
      [q, k, v],
      (save) => {
        if (keep) {
          const kept = read(blocks[0]!, q, k, v);
          save([...kept]);
          return write(blocks[0]!, kept) as tf.Tensor2D;
        }
        save([q, k, v]);
        return joined(
          blocks.map((block) =>
            tf.tidy(() => write(block, read(block, part(q, block), part(k, block), part(v, block)))),
          ),
        );
      },
      (dy, saved) => {
        if (keep) return slopesOf(blocks[0]!, saved as unknown as Kept, dy);
        const [queries, keys, values] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const slopes = blocks.map((block) =>
          tf.tidy(() => {
            const kept = read(block, part(queries, block), part(keys, block), part(values, block));
            return slopesOf(block, kept, part(dy, block));
          }),
        );
        return [0, 1, 2].map((index) => joined(slopes.map((parts) => parts[index]!)));
      },
    );
  };
}

/** 0 where a query sees a key and −1e9 where it does not, `[longest, longest]`: places behind a sequence's end come after all its queries. */
function maskOf(longest: number, window: number): tf.Tensor {
  return g.constant(`mask ${longest} ${Math.min(window, longest)}`, () =>
    tf.tensor2d(
      Float32Array.from({ length: longest * longest }, (_, index) => {
        const behind = Math.floor(index / longest) - (index % longest);
        return behind >= 0 && behind < window ? 0 : -1e9;
      }),
      [longest, longest],
    ),
  );
}

/** Row of each place of a padded block, `[sequences · longest]`, and place of each row; null where no sequence is padded. */
function layoutOf({ lengths, longest }: Block): { readonly gather: tf.Tensor; readonly scatter: tf.Tensor } | null {
  if (lengths.every((length) => length === longest)) return null;
  const gather = new Int32Array(lengths.length * longest);
  const scatter: number[] = [];
  lengths.forEach((length, sequence) => {
    for (let index = 0; index < length; index++) {
      gather[sequence * longest + index] = scatter.length;
      scatter.push(sequence * longest + index);
    }
  });
  return { gather: tf.tensor1d(gather, "int32"), scatter: tf.tensor1d(scatter, "int32") };
}

/** `[rows, heads · width]` → `[sequences, keyHeads, perKey, longest, width]`. `zeros`: places without a row hold 0 and not another row. */
function toHeads(
  graph: Graph,
  x: tf.Tensor,
  block: Block,
  { keyHeads, width }: HeadShape,
  perKey: number,
  zeros = false,
): tf.Tensor {
  const { lengths, longest } = block;
  const layout = layoutOf(block);
  const places = lengths.length * longest;
  const padded =
    layout === null ? x : zeros ? g.segmentSum(graph, x, layout.scatter, places) : g.gather(graph, x, layout.gather);
  const split = g.reshape(graph, padded, [lengths.length, longest, keyHeads, perKey, width]);
  return g.transpose(graph, split, [0, 2, 3, 1, 4]);
}

/** The inverse of {@link toHeads}; places without a row are dropped. */
function fromHeads(
  graph: Graph,
  x: tf.Tensor,
  block: Block,
  { keyHeads, width }: HeadShape,
  perKey: number,
): tf.Tensor {
  const ordered = g.transpose(graph, x, [0, 3, 1, 2, 4]);
  const rows = g.reshape(graph, ordered, [block.lengths.length * block.longest, keyHeads * perKey * width]);
  const layout = layoutOf(block);
  return layout === null ? rows : g.gather(graph, rows, layout.scatter);
}
