/** How a stage's batches go through its models: planned before its first step, recorded, and kept by a resume. */
import { freemem } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { engineMemoryLimit } from "../engine/fused-operations";
import { usefulThreads } from "../engine/simd/threads";
import type { PlannedEngine } from "../models/activation-memory";
import { planMemory, planText, type PlannedWork, type SamplingWork } from "../models/memory-plan";
import { encodePrompt, type Policy } from "../models/policy";
import { numbersOf } from "../models/weights";
import type { MemoryPlan } from "../protocol/memory";
import { kindOf } from "../protocol/stage-kinds";
import { amount } from "../shared/amount";
import { sizeText } from "../shared/size-text";
import { largestOf } from "../shared/extremes";
import { randomStream } from "../shared/random";
import type { Task } from "../tasks/task";
import type { StageContext } from "./context";
import { partsOfPlan, type Parts } from "./micro-batches";
import { stageRecord } from "./stage-record";

/** What a stage's steps work on. */
export interface StageWork extends Pick<PlannedWork, "trained" | "asked" | "batch"> {
  readonly policy: Policy;
  /** What its steps draw; null: nothing. */
  readonly sampling: SamplingWork | null;
}

/** A stage's own settings of it. */
interface PlannedStage {
  readonly name: string;
  readonly micro_batch_size?: number | undefined;
}

/** A plan that is not worth a word. */
const little = 1e9;

/** Throws a UserError where the stage does not fit, with what would. */
export function planStage(
  context: StageContext,
  stage: PlannedStage,
  { policy, sampling, ...work }: StageWork,
  limit = memoryForPlans(),
): Parts {
  const engine: PlannedEngine = engineMemoryLimit() === null ? "tensorflow" : "simd";
  const micro = stage.micro_batch_size;
  const { memory: kept, kind } = stageRecord(context, stage.name);
  // A resumed run cuts as the one that was not interrupted, so that its numbers are the same.
  const goesOn = kept?.engine === engine && (limit === null || kept.peak <= limit);
  const plan = goesOn
    ? kept
    : planMemory({
        ...work,
        config: policy.config,
        adapter: policy.adapter ? numbersOf(policy.adapter.weights) : null,
        dropout: (policy.adapter?.settings.dropout ?? 0) > 0,
        engine,
        threads: usefulThreads(),
        together: micro ?? null,
        sampling,
        evaluation: kindOf({ kind }).answers ? evaluationWork(context, policy) : null,
        limit,
        machine: freeMemory(),
      });
  context.tell({ memory: plan });
  if (plan.peak > little || plan.part !== null || plan.recompute)
    context.remark("memory", sentenceOf(plan, work.batch.tokens));
  return partsOfPlan(plan, micro);
}

function sentenceOf(plan: MemoryPlan, tokens: number): string {
  const limit = plan.limit === null ? "" : ` of ${(plan.limit / 1e9).toFixed(1)} GB`;
  const cut =
    plan.part === null
      ? ""
      : ` A batch of up to ${amount(tokens)} tokens goes through the model in parts of at most ${amount(plan.part)}, whose gradients are added up: the numbers ` +
        "are those of the whole batch within rounding; micro_batch_size sets the parts.";
  const again = plan.recompute ? " Layers are computed again in the backward pass, which takes a third longer." : "";
  const copy = plan.saving === 0 ? "" : `, with ${sizeText(plan.saving)} beside it while a checkpoint is written`;
  return `Memory is planned at ${planText(plan)}${limit}${copy}.${cut}${again}`;
}

/** Bytes that the engine can come to hold; null: of a GPU's memory nothing is known. */
function memoryForPlans(): number | null {
  const { isUsingGpuDevice } = tf.backend() as { readonly isUsingGpuDevice?: boolean };
  if (isUsingGpuDevice === true) return null;
  return Math.min(engineMemoryLimit() ?? Infinity, freeMemory());
}

/** Bytes that this process has, and those that it could have. */
function freeMemory(): number {
  const free = (process.availableMemory as typeof process.availableMemory | undefined)?.() ?? freemem();
  return free + process.memoryUsage.rss();
}

/** Prompts that are looked at for their length. */
const looks = 64;

/** Tokens of the longest of some training prompts. */
export function promptTokens(policy: Policy, { rows, name }: Task, seed: number): number {
  const random = randomStream(seed, "memory", name);
  const some =
    rows.kind === "listed" ? rows.training.slice(0, looks) : Array.from({ length: looks }, () => rows.row(random));
  return largestOf([1, ...some.map((row) => encodePrompt(policy, row).length)]);
}

/** Held-out prompts are asked so many at a time (`evaluation/evaluate.ts`). */
const askedTogether = 32;

function evaluationWork({ recipe, task }: StageContext, policy: Policy): SamplingWork {
  const { prompts, samples, max_completion_length } = recipe.evaluation;
  return {
    prompts: Math.min(askedTogether, prompts),
    samples,
    promptTokens: promptTokens(policy, task, recipe.seed),
    completionTokens: max_completion_length,
  };
}

/** Tokens of the largest batch of so many members, and of the longest member. */
export function largestBatch(
  lengths: readonly number[],
  { batch_size, packing }: { readonly batch_size: number; readonly packing?: number | undefined },
): PlannedWork["batch"] {
  const sorted = [...lengths].sort((a, b) => b - a);
  const longest = sorted[0] ?? 1;
  const largest = Array.from({ length: batch_size }, (_, index) => sorted[index % sorted.length] ?? 0);
  return { longest, tokens: Math.max(longest, packing ?? largest.reduce((sum, length) => sum + length, 0)) };
}
