/** A model with its tokenizer: what samples and is trained. */
import type { ModelConfig } from "./config";
import { newModelConfig } from "./config";
import { createTokenizer, newTokenizerFiles } from "./tokenizer";
import type { Tokenizer } from "./tokenizer";
import { rotaryTables } from "./transformer";
import type { Transformer } from "./transformer";
import { disposeWeights, newWeights, toVariables } from "./weights";
import type { NewModelSpec } from "../recipes/schema";

export interface Policy extends Transformer {
  readonly tokenizer: Tokenizer;
}

export function createPolicy(
  config: ModelConfig,
  arrays: ReadonlyMap<string, Float32Array>,
  tokenizer: Tokenizer,
): Policy {
  return { config, tokenizer, weights: toVariables(config, arrays, true), rotary: rotaryTables(config) };
}

/** A new model for a task's alphabet. */
export function newPolicy(spec: NewModelSpec, symbols: readonly string[], seed: number): Policy {
  const files = newTokenizerFiles(symbols);
  const tokenizer = createTokenizer(files, { eos: 1, pad: 0 });
  const config = newModelConfig(spec, tokenizer);
  return createPolicy(config, newWeights(config, seed), tokenizer);
}

export function disposePolicy(policy: Policy): void {
  disposeWeights(policy.weights);
  policy.rotary.cosines.dispose();
  policy.rotary.sines.dispose();
}
