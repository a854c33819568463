/**
 * What a stage will hold in memory, told from shapes before its first step: so that batches are cut where they have to be, and a stage that cannot be made
 * says so at once. A test holds the figures against what the engine takes.
 */
import { logitsRows } from "../engine/logits-block";
import { cacheBytes, decodeCache } from "../engine/simd/decode-cache";
import { packedNumbersOfProduct } from "../engine/simd/matrix-product";
import type { MemoryPlan } from "../protocol/memory";
import { amount } from "../shared/amount";
import { sizeText } from "../shared/size-text";
import { UserError } from "../shared/user-error";
import { activationBytes, type PlannedEngine } from "./activation-memory";
import type { ModelConfig } from "./config";
import { parameterCountOf } from "./model-size";

/** Completions that are drawn together. */
export interface SamplingWork {
  readonly prompts: number;
  /** Of a prompt. */
  readonly samples: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface PlannedWork {
  /** Of the policy. */
  readonly config: ModelConfig;
  /** Numbers of an adapter, where one is trained beside the model; null: the model is. */
  readonly adapter: number | null;
  /** Whether the adapter drops some of its input. */
  readonly dropout?: boolean;
  /** Models of the policy's size that are trained, the policy among them, and those that are only asked. Adapters share one model. */
  readonly trained: number;
  readonly asked: number;
  readonly engine: PlannedEngine;
  readonly threads: number;
  /** Tokens of the largest batch, and of its longest member, which goes through the model in one piece. */
  readonly batch: { readonly tokens: number; readonly longest: number };
  /** Members of a batch that the recipe says go through the model together; null: as many as the plan says. */
  readonly together: number | null;
  /** What steps draw, and evaluations between them; null: nothing. */
  readonly sampling: SamplingWork | null;
  readonly evaluation: SamplingWork | null;
  /** Bytes that there are; null: not known. */
  readonly limit: number | null;
  /** Bytes of the whole machine, of which the engine's are a part or all. */
  readonly machine: number;
}

const numberBytes = 4;
/** Node.js with TensorFlow before any model, whose memory is the machine's as that of tensors is; the kernels' is theirs alone. */
const tensorflowProcess = 0.45e9;
/** Share of the memory that is counted on: what is free lies in pieces. */
export const usable = 0.85;
/** Tokens of a part beyond which a step does not get faster. */
const mostInPart = 1024;
/** A batch is cut to parts where it would take more than this, even where there is more. */
const mostActivations = 2e9;
/** Tokens of a part below which computing layers again costs less than the narrow products. */
const leastInPart = 256;

/**
 * Bytes for the time of drawing completions: weights as the kernel reads them, of which those with an adapter are merged one at a time; keys and values;
 * logits.
 */
function samplingBytes({ config, adapter, engine, threads }: PlannedWork, work: SamplingWork): number {
  const { num_hidden_layers: layers, vocab_size: vocabulary, hidden_size: hidden } = config;
  const feed = config.intermediate_size;
  const keys = config.num_key_value_heads * config.head_dim;
  const model = parameterCountOf(config);
  const linear = model - vocabulary * hidden;
  const table = config.tie_word_embeddings ? vocabulary * hidden : 0;
  // Another engine's tensors are copied to where the kernel reads them: matrices one at a time, tables as they are.
  const atHand = hidden * feed;
  const copied = engine === "simd" ? 0 : vocabulary * hidden;
  const weights = linear + table + (adapter === null && engine === "simd" ? 0 : atHand) + copied;
  const sequences = work.prompts * work.samples;
  const cache = decodeCache({ sequences, most: work.completionTokens, layers, keyWidth: keys, threads });
  const rows = cache.workers * cache.rows;
  const logits = (rows + work.prompts) * vocabulary;
  const prompts = work.prompts * work.promptTokens * (2 * layers * keys + 6 * hidden + 3 * feed);
  const drawn = sequences * work.completionTokens * 5;
  return cacheBytes(cache) + numberBytes * (weights + logits + prompts + drawn);
}

/** Logits of a block, and what the product with the output table packs for each thread. */
function logitsBytes({ config, engine, threads }: PlannedWork): number {
  const vocabulary = config.vocab_size;
  if (engine === "simd")
    return (
      numberBytes *
      (logitsRows(vocabulary) * vocabulary + packedNumbersOfProduct(vocabulary, config.hidden_size, threads))
    );
  const block = Math.max(config.vocab_size, 2 ** 24);
  return 4 * numberBytes * block;
}

/** Throws a UserError with the number that would fit where nothing does. */
export function planMemory(work: PlannedWork): MemoryPlan {
  const plan = fittingPlan(work);
  if (plan) return { ...plan, saving: savingBytes(work, plan) };
  throw doesNotFit(work);
}

/** A checkpoint that is written in less than a moment. */
const small = 64e6;

/** Bytes of a copy of what a checkpoint holds, where it is worth one and the machine has room for it. */
function savingBytes({ config, adapter, trained, machine }: PlannedWork, { peak }: MemoryPlan): number {
  const copy = 3 * numberBytes * (adapter ?? parameterCountOf(config)) * trained;
  return copy > small && peak + copy <= usable * machine ? copy : 0;
}

/** What is counted on. */
const roomOf = ({ limit }: PlannedWork): number => (limit === null ? Infinity : usable * limit);

/** The plan whose largest part has so many tokens. */
function planOf(work: PlannedWork, tokens: number, recompute: boolean): MemoryPlan {
  const { config, adapter, trained, asked, engine, batch, limit } = work;
  const model = parameterCountOf(config);
  const moved = adapter ?? model;
  const draws = [work.sampling, work.evaluation].flatMap((one) => (one ? [samplingBytes(work, one)] : []));
  const weights = numberBytes * (adapter === null ? model * (trained + asked) : model + adapter * (trained + asked));
  const moments = 2 * numberBytes * moved * trained;
  const plan = {
    engine,
    weights,
    gradients: numberBytes * moved,
    moments,
    activations: tokens * activationBytes(config, engine, recompute, work.dropout).perToken,
    logits: logitsBytes(work),
    sampling: Math.max(0, ...draws),
    saving: 0,
    // The arrays that weights and moments were made of are seldom gone before the first step.
    process: engine === "simd" ? 0 : tensorflowProcess + weights + moments,
    part: tokens < batch.tokens ? Math.max(1, tokens) : null,
    recompute,
    limit,
  };
  const { gradients, activations, logits, sampling } = plan;
  const update = weights + gradients + moments + activations + logits;
  // The kernels give what they drew with to the update; beside another engine's memory they have their own.
  return {
    ...plan,
    peak: engine === "simd" ? Math.max(update, weights + moments + sampling) : plan.process + update + sampling,
  };
}

/** Whole batches where they fit, else parts, else parts whose layers are computed again; null: nothing fits. */
function fittingPlan(work: PlannedWork): MemoryPlan | null {
  const { batch, together } = work;
  const fits = ({ peak }: MemoryPlan): boolean => peak <= roomOf(work);
  const wanted = together === null ? batch.tokens : Math.min(batch.tokens, together * batch.longest);
  const whole = planOf(work, wanted, false);
  if (fits(whole) && (together !== null || whole.activations <= mostActivations)) return whole;
  for (const recompute of [false, true]) {
    const none = planOf(work, 0, recompute);
    const { perToken } = activationBytes(work.config, work.engine, recompute, work.dropout);
    const update = none.process + none.weights + none.gradients + none.moments + none.logits;
    const room = Math.max(0, Math.floor((roomOf(work) - update) / perToken));
    const tokens = together === null ? Math.min(wanted, Math.max(batch.longest, Math.min(mostInPart, room))) : wanted;
    const plan = planOf(work, tokens, recompute);
    if (fits(plan) && (recompute || tokens >= Math.min(wanted, leastInPart))) return plan;
  }
  return null;
}

/** The largest number below `start` with which a plan fits; null: none does. */
function most(start: number, withNumber: (number: number) => PlannedWork): number | null {
  let [low, high] = [0, start];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fittingPlan(withNumber(middle))) low = middle;
    else high = middle;
  }
  return low === 0 ? null : low;
}

/** What to change, by the number that would fit. */
function changes(work: PlannedWork): string {
  const { batch, together, sampling, evaluation, config, adapter } = work;
  const setting = (name: string, number: number | null): string[] =>
    number === null ? [] : [`Set ${name} to at most ${amount(number)}.`];
  const shorter = (longest: number): PlannedWork["batch"] => ({ longest, tokens: Math.max(longest, batch.tokens) });
  const [change] = [
    ...setting(
      "micro_batch_size",
      together === null ? null : most(together, (number) => ({ ...work, together: number })),
    ),
    ...(sampling
      ? setting(
          "max_completion_length",
          most(sampling.completionTokens, (completionTokens) => ({
            ...work,
            sampling: { ...sampling, completionTokens },
            batch: shorter(Math.max(1, batch.longest - sampling.completionTokens + completionTokens)),
          })),
        )
      : setting(
          "max_length",
          most(batch.longest, (longest) => ({ ...work, batch: shorter(longest) })),
        )),
    ...(evaluation
      ? setting(
          "evaluation.max_completion_length",
          most(evaluation.completionTokens, (completionTokens) => ({
            ...work,
            evaluation: { ...evaluation, completionTokens },
          })),
        )
      : []),
  ];
  if (change !== undefined) return change;
  const held = sizeText(1.1 * numberBytes * parameterCountOf(config));
  return adapter === null
    ? `A LoRA adapter (\`lora\` of the recipe's model) would take about ${held} beside its activations; or use a smaller model.`
    : "Use a smaller model.";
}

function doesNotFit(work: PlannedWork): UserError {
  const { batch, together, engine, limit } = work;
  const least = planOf(
    work,
    together === null ? batch.longest : Math.min(batch.tokens, together * batch.longest),
    true,
  );
  const other = engine === "simd" ? " The TensorFlow engine has all of the machine's memory." : "";
  return new UserError(
    `This stage does not fit into memory: it takes ${planText(least)}, and of ${sizeText(limit ?? 0)} ${sizeText(usable * (limit ?? 0))} can be counted on. ` +
      `${changes(work)}${other}`,
  );
}

/** `3.3 GB: weights 538 MB, …`. */
export function planText(plan: MemoryPlan): string {
  const parts = (["weights", "gradients", "moments", "activations", "logits", "sampling", "process"] as const).flatMap(
    (name) => (plan[name] === 0 ? [] : [`${name} ${sizeText(plan[name])}`]),
  );
  return `${sizeText(plan.peak)} at its peak (${parts.join(", ")})`;
}
