/**
 * LoRA (Hu et al. 2021, arXiv 2106.09685): linear layers keep their weights and learn a product of two narrow matrices beside them,
 * y = W·x + s·B·(A·x), with s = alpha / rank, or alpha / √rank (rsLoRA, Kalajdzievski 2023). As in `peft`, A begins uniform in ±1/√in and B at zero, so that
 * training begins at the model itself.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { LowRank } from "../engine/fused-operations";
import { withLowRank } from "../engine/low-rank";
import { placedVariable } from "../engine/placed-variable";
import type { LoraSpec } from "../recipes/schema";
import { randomStream } from "../shared/random";
import { UserError } from "../shared/user-error";
import type { ModelConfig } from "./config";
import { weightShapes, type WeightShape, type Weights } from "./weights";

export interface AdapterSettings {
  readonly rank: number;
  readonly alpha: number;
  readonly use_rslora: boolean;
  /** Last parts of the names of the linear layers that have one: `q_proj`. */
  readonly target_modules: readonly string[];
  /** Share of their input that is left out in training passes (`adapter-dropout.ts`). */
  readonly dropout: number;
}

export interface Adapter {
  readonly settings: AdapterSettings;
  /** s of the formula. */
  readonly scale: number;
  /** `NAME.lora_A.weight` `[rank, in]` and `NAME.lora_B.weight` `[out, rank]`, by the layer's NAME without `.weight`. */
  readonly weights: Weights;
}

/** The linear layers of a decoder's layers. */
export const linearModules = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const;

export const downOf = (layer: string): string => `${layer}.lora_A.weight`;
export const upOf = (layer: string): string => `${layer}.lora_B.weight`;

/** `alpha / rank`, or of rsLoRA `alpha / √rank`. */
export const scaleOf = ({ rank, alpha, use_rslora }: AdapterSettings): number =>
  use_rslora ? alpha / Math.sqrt(rank) : alpha / rank;

export const settingsOf = ({ target_modules, ...settings }: LoraSpec): AdapterSettings => ({
  ...settings,
  target_modules: target_modules === "all-linear" ? linearModules : target_modules,
});

/** Every matrix of an adapter, in the order of the model's layers. */
export function adapterShapes(config: ModelConfig, { rank, target_modules }: AdapterSettings): WeightShape[] {
  return weightShapes(config).flatMap(({ name, shape }) => {
    const [, layer, module] = /^(model\.layers\.\d+\..*\.(\w+))\.weight$/.exec(name) ?? [];
    if (layer === undefined || module === undefined || shape.length !== 2 || !target_modules.includes(module))
      return [];
    return [
      { name: downOf(layer), shape: [rank, shape[1]!] },
      { name: upOf(layer), shape: [shape[0]!, rank] },
    ];
  });
}

/** The same seed gives the same numbers. */
export function newAdapter(config: ModelConfig, settings: AdapterSettings, seed: number): Adapter {
  const arrays = new Map(
    adapterShapes(config, settings).map(({ name, shape: [rows, columns] }) => {
      const numbers = new Float32Array(rows! * columns!);
      if (name.endsWith("lora_B.weight")) return [name, numbers];
      const random = randomStream(seed, "lora", name);
      const bound = 1 / Math.sqrt(columns!);
      return [name, numbers.map(() => bound * (2 * random() - 1))];
    }),
  );
  return createAdapter(config, settings, arrays);
}

/** Throws when a matrix is missing, or has another size than the model asks for. */
export function createAdapter(
  config: ModelConfig,
  settings: AdapterSettings,
  arrays: ReadonlyMap<string, Float32Array>,
): Adapter {
  const weights = new Map(
    adapterShapes(config, settings).map(({ name, shape }) => {
      const values = arrays.get(name);
      if (!values) throw new UserError(`The adapter has no tensor ${name}.`);
      const size = shape[0]! * shape[1]!;
      if (values.length !== size)
        throw new UserError(
          `The adapter's tensor ${name} has ${values.length} numbers; its shape [${shape.join(", ")}] needs ${size}.`,
        );
      return [name, placedVariable(values.slice(), shape, true)];
    }),
  );
  return { settings, scale: scaleOf(settings), weights };
}

/** A `[rank, in]` and B `[out, rank]` of a layer; null: the layer has none. */
export function adapterOf(adapter: Adapter | null, layer: string): LowRank | null {
  const down = adapter?.weights.get(downOf(layer));
  const up = adapter?.weights.get(upOf(layer));
  if (!adapter || !down || !up) return null;
  return { down: down as unknown as tf.Tensor2D, up: up as unknown as tf.Tensor2D, scale: adapter.scale };
}

/**
 * The weights with the adapter added: W + s·B·A. What was merged is new, and the caller's to dispose; the rest are the model's own.
 */
export function mergedWeights(
  weights: Weights,
  adapter: Adapter,
): { readonly weights: ReadonlyMap<string, tf.Tensor>; readonly dispose: () => void } {
  const made: tf.Tensor[] = [];
  const merged = new Map<string, tf.Tensor>(weights);
  for (const name of weights.keys()) {
    const layer = name.replace(/\.weight$/, "");
    const low = adapterOf(adapter, layer);
    if (!low) continue;
    const sum = withLowRank(weights.get(name)! as unknown as tf.Tensor2D, low);
    made.push(sum);
    merged.set(name, sum);
  }
  return { weights: merged, dispose: () => tf.dispose(made) };
}
