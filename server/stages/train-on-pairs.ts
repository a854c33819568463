/** What DPO and KTO share: a policy learns from preference pairs, against the reference policy that it was when the stage began. */
import type { Tensor } from "@tensorflow/tfjs-core";
import { disposePolicy, type Policy } from "../models/policy";
import type { TokenSequence } from "../models/packing";
import type { DpoSpec } from "../recipes/stages";
import type { StageContext, StageEnd, StageStart } from "./context";
import { planBatches } from "./example-batches";
import { remarkAll } from "./lengths";
import { joinedFloats, logprobsUnder } from "./log-probs";
import type { Parts } from "./micro-batches";
import { applyFinite } from "./non-finite";
import { planStage } from "./plan-memory";
import { runSteps, type StepAt, type StepMade } from "./run-steps";
import { readTokenPairs, workOfPairs, type TokenPairs } from "./preferences/token-pairs";

export interface BatchGradients {
  readonly gradients: Map<string, Tensor>;
  readonly tokens: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface RankedPairs {
  readonly loss: number;
  /** Share of the pairs whose chosen side has the higher reward. */
  readonly accuracy: number;
  readonly margin: number;
  /** Pairs whose sides have the same reward; they count as wrong. */
  readonly ties: number;
}

/** A loss with all that it asks of the reference policy, which is gone by the first step. */
export interface PairObjective {
  /** `[examples]` tokens of what batches are drawn from: pairs, or the completions of pairs. */
  readonly lengths: readonly number[];
  readonly ofBatch: (places: readonly number[], parts: Parts) => BatchGradients;
  readonly ofHeldOut: (parts: Parts) => RankedPairs;
}

export async function trainOnPairs(
  context: StageContext,
  stage: DpoSpec,
  start: StageStart,
  prepare: (pairs: TokenPairs, policy: Policy, reference: Policy) => PairObjective,
): Promise<StageEnd> {
  const { policy, optimizer } = start;
  const pairs = readTokenPairs(context, stage, policy);
  const reference = await start.origin();
  const objective = prepare(pairs, policy, reference);
  disposePolicy(reference);
  const plan = planBatches(stage, context.recipe.seed, objective.lengths);
  const parts = planStage(context, stage, workOfPairs(stage, policy, pairs));
  remarkAll(context, "overlong pairs", pairs.notes);
  context.tell({ steps: plan.steps });

  const step = ({ step, learning_rate }: StepAt): StepMade<object> => {
    const { gradients, tokens, loss, metrics } = objective.ofBatch(plan.batch(step), parts);
    const grad_norm = applyFinite(policy.trained, gradients, optimizer, { ...stage, learning_rate });
    return { metrics: { loss, grad_norm, ...metrics }, tokens, headline: { name: "loss", value: loss } };
  };

  const [training, heldOut] = [pairs.training.length, pairs.heldOut.length];
  let tied = 0;
  const measure = (): Record<string, number> => {
    const { loss, accuracy, margin, ties } = objective.ofHeldOut(parts);
    tied = ties;
    return { "eval/loss": loss, "eval/accuracy": accuracy, "eval/margin": margin };
  };
  const end = await runSteps(context, stage, start, {
    count: plan.steps,
    state: {},
    step,
    heldOut: { every: stage.eval_steps, policy, ...(heldOut > 0 && { measure }) },
  });
  if (end === "stopped") return end;
  const measured = heldOut === 0 ? null : measure();
  context.run.saveReport(stage.name, { kind: "dpo", training, heldOut, measured, leftOut: pairs.leftOut });
  const accuracy = measured
    ? `held-out accuracy ${measured["eval/accuracy"]!.toFixed(2)} of ${heldOut} pairs${tied === 0 ? "" : `, of which ${tied} are tied and count as wrong`}`
    : "no held-out pairs";
  context.tell({ notes: [`${training} pairs; ${accuracy}`, ...pairs.problems] });
  return end;
}

/** Completions that go through a model together: bounds its memory. */
const together = 32;

/** `[tokens]` of completions under a policy, one after the other. */
export function logprobsOfAll(policy: Policy, sequences: readonly TokenSequence[], split: Parts): Float32Array {
  const parts: Float32Array[] = [];
  for (let first = 0; first < sequences.length; first += together)
    parts.push(logprobsUnder(policy, sequences.slice(first, first + together), 1, split));
  return joinedFloats(parts);
}
