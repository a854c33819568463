/**
 * `trl/grpo-loss.json`: value, gradient and metrics of GRPO's loss, as TRL's GRPOTrainer gives them in float64. tfjs computes in float32, so
 * they agree to about 1e-6 in value and to 1e-5 in gradients and metrics, relative to the largest number of a tensor.
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-backend-cpu";
import * as z from "zod";
import { klK3 } from "../../server/algorithms/kl";
import { clippedSide, lossWeights, policyLoss, policyRatio } from "../../server/algorithms/policy-loss";
import type { LossType } from "../../server/algorithms/policy-loss";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";
import { compare } from "./compare";
import type { Nested } from "./compare";

const tokensSchema = z.array(z.array(z.number()));
const caseSchema = z.object({
  id: z.string(),
  config: z.object({
    loss_type: z.string(),
    importance_sampling_level: z.string(),
    delta: z.number().nullable(),
    beta: z.number(),
    use_bias_correction_kl: z.boolean(),
    top_entropy_quantile: z.number(),
    entropy_coef: z.number(),
    off_policy_mask_threshold: z.number().nullable(),
    gradient_accumulation_steps: z.number(),
    steps_per_generation: z.number(),
    mode: z.string(),
    effective_epsilon_low: z.number(),
    effective_epsilon_high: z.number(),
  }),
  inputs: z.object({
    per_token_logps: tokensSchema,
    old_per_token_logps: tokensSchema.nullable(),
    ref_per_token_logps: tokensSchema.nullable(),
    entropies: tokensSchema,
    completion_mask: tokensSchema,
    advantages: z.array(z.union([z.number(), z.array(z.number())])),
    num_items_in_batch: z.number(),
    tool_mask: tokensSchema.optional(),
    sampling_per_token_logps: tokensSchema.optional(),
    importance_sampling_ratio: tokensSchema.optional(),
  }),
  expected: z.object({
    loss: z.number(),
    d_loss_d_per_token_logps: tokensSchema,
    metrics: z.record(z.string(), z.number().nullable()),
  }),
});
type Case = z.infer<typeof caseSchema>;

const supported: readonly LossType[] = ["grpo", "dapo"];
const lossTypeOf = (name: string): LossType | undefined => supported.find((type) => type === name);

/** The first setting of a case that the product does not have. */
function missingSetting({ config, inputs }: Case): string | null {
  if (!lossTypeOf(config.loss_type)) return `loss_type=${config.loss_type}`;
  if (config.importance_sampling_level !== "token")
    return `importance_sampling_level=${config.importance_sampling_level}`;
  if (config.top_entropy_quantile !== 1) return `top_entropy_quantile=${config.top_entropy_quantile}`;
  if (config.entropy_coef !== 0) return `entropy_coef=${config.entropy_coef}`;
  if (config.off_policy_mask_threshold !== null) return `off_policy_mask_threshold=${config.off_policy_mask_threshold}`;
  if (config.mode !== "train") return `mode=${config.mode}`;
  if (inputs.tool_mask) return "tool_mask";
  if (inputs.importance_sampling_ratio ?? inputs.sampling_per_token_logps) return "vLLM importance sampling";
  return null;
}

const flat = (rows: readonly (readonly number[])[]): number[] => rows.flat();
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function check({ config, inputs, expected }: Case): Mismatch[] {
  const { completion_mask: mask } = inputs;
  const width = mask[0]!.length;
  const shape: [number, number] = [mask.length, width];
  const advantages = inputs.advantages.map((value) =>
    typeof value === "number" ? Array<number>(width).fill(value) : value,
  );
  // TRL averages over the micro-batches of a step by dividing each; we weigh every token by its share of the whole batch.
  const perCompletion = lossWeights(lossTypeOf(config.loss_type)!, mask.map(sum), {
    completions: mask.length * config.gradient_accumulation_steps,
    tokens: (inputs.num_items_in_batch * config.gradient_accumulation_steps) / config.steps_per_generation,
  });
  const options = {
    epsilon: config.effective_epsilon_low,
    epsilon_high: config.effective_epsilon_high,
    delta: config.delta,
    beta: config.beta,
    use_bias_correction_kl: config.use_bias_correction_kl,
  };
  let mismatches: Mismatch[] = [];
  tf.tidy(() => {
    const tensor = (rows: readonly (readonly number[])[]): tf.Tensor2D => tf.tensor2d(flat(rows), shape);
    const optional = (rows: readonly (readonly number[])[] | null): tf.Tensor2D | null => (rows ? tensor(rows) : null);
    const logprobs = tensor(inputs.per_token_logps);
    const oldLogprobs = optional(inputs.old_per_token_logps);
    const referenceLogprobs = optional(inputs.ref_per_token_logps);
    const rest = {
      oldLogprobs,
      referenceLogprobs,
      advantages: tensor(advantages),
      weights: tensor(mask.map((row, index) => row.map((one) => one * perCompletion[index]!))),
    };
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => policyLoss({ ...rest, logprobs: x }, options))(logprobs);

    // TRL's metric looks at the ratio behind the clamp by delta.
    const ratio = policyRatio(logprobs, oldLogprobs).dataSync();
    const counted = flat(mask);
    const tokens = Math.max(1, sum(counted));
    const tokenMean = (of: (token: number) => number): number =>
      sum(counted.map((one, token) => (one === 0 ? 0 : of(token)))) / tokens;
    const side = (token: number): "low" | "high" | null =>
      clippedSide(Math.min(ratio[token]!, config.delta ?? Infinity), flat(advantages)[token]!, options);
    const metrics: Record<string, Nested> = {
      "clip_ratio/low_mean": tokenMean((token) => (side(token) === "low" ? 1 : 0)),
      "clip_ratio/high_mean": tokenMean((token) => (side(token) === "high" ? 1 : 0)),
      "clip_ratio/region_mean": tokenMean((token) => (side(token) === null ? 0 : 1)),
    };
    if (referenceLogprobs && config.beta !== 0) {
      const kl = klK3(logprobs, referenceLogprobs).dataSync();
      metrics["kl"] = tokenMean((token) => kl[token]! * (config.use_bias_correction_kl ? ratio[token]! : 1));
    }
    // Gradients of one tensor are compared on its scale: float32 leaves nothing of a small one beside a large one.
    const scale = Math.max(...flat(expected.d_loss_d_per_token_logps).map(Math.abs));
    mismatches = [
      ...compare({ loss: expected.loss }, { loss: value.dataSync()[0]! }, { relative: 2e-6, absolute: 1e-7 }),
      ...compare(
        { d_loss_d_per_token_logps: expected.d_loss_d_per_token_logps },
        { d_loss_d_per_token_logps: (grad as tf.Tensor2D).arraySync() },
        { relative: 1e-5, absolute: 5e-7 * scale },
      ),
      ...compare(expected.metrics, metrics, { relative: 1e-5, absolute: 1e-7 }),
    ];
  });
  return mismatches;
}

export async function runGrpoLoss(file: string): Promise<FileResult> {
  tf.enableProdMode();
  await tf.setBackend("cpu");
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  return runCases(cases, missingSetting, check);
}
