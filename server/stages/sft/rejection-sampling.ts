/**
 * Rejection-sampling SFT, as DeepSeek-R1's third stage (arXiv 2501.12948, 2.3.3): a policy answers each prompt several times, what is correct and
 * readable is kept, mixed with general examples, and the base model is fine-tuned on it.
 */
import { filterExamples, filterReportText, reportFilter, type Example, type Filtered } from "./filter-examples";
import { mixExamples } from "./mix-examples";
import type { TokenSequence } from "../../models/packing";
import { encodePrompt, type Policy } from "../../models/policy";
import { askedOf } from "../../protocol/conversation";
import type { RejectionSamplingSpec } from "../../recipes/stages";
import { amount } from "../../shared/amount";
import { largestOf } from "../../shared/extremes";
import { generalExamples } from "../../tasks/general-examples";
import { heldOutRowsUpTo } from "../../tasks/splits";
import type { StageContext, StageEnd, StageStart } from "../context";
import { filterSettings, fitFiltered, type FittedFilter } from "./curate";
import { drawSamples, promptsPerBatch, rowsToSample, type Drawn, type Sample } from "./draw-samples";
import { OverlongRowsError, remarkAll, sequenceLimit } from "../lengths";
import { largestBatch, type StageWork } from "../plan-memory";
import { fitExamples, fitHeldOut, trainOnExamples } from "./sft";
import { begunNotes, type TrainingExample } from "../training-examples";
import { UserError } from "../../shared/user-error";

export async function rejectionSampling(
  context: StageContext,
  stage: RejectionSamplingSpec,
  start: StageStart,
): Promise<StageEnd> {
  const drawn = await drawSamples(context, stage, start);
  if (!drawn) return "stopped";
  const { policy } = start;
  // A sample of its own that is too long is no row that somebody could mend.
  const fitted = fitFiltered(
    policy,
    { ...stage, overlong_rows: stage.overlong_rows === "cut" ? "cut" : "drop" },
    filterExamples(
      sampledExamples(stage, drawn),
      filterSettings(stage.filters, context.task),
      ({ group, sample }) => `#${sample} of group ${group}`,
    ),
  );
  remarkAll(context, "overlong samples", fitted.notes);
  const training = mixed(context, stage, policy, fitted, drawn);
  // What follows from the samples alone is written once: where the training begins, or goes on in a fork that draws other samples.
  if (start.step === 0 || !drawn.known) tagSamples(context, stage, fitted.filtered);
  const heldOut = fitHeldOut(policy, stage, heldOutExamples(context, stage));
  remarkAll(context, "overlong held-out examples", heldOut.notes);
  return trainOnExamples(context, stage, start, { training, heldOut: heldOut.sequences });
}

/**
 * What is known of lengths before anything is sampled. Throws an OverlongRowsError where a prompt that is sampled, a general example, or a held-out
 * one is too long and the stage refuses it, and where samples may be longer than it allows.
 */
export function refuseOverlongSampling(context: StageContext, stage: RejectionSamplingSpec, policy: Policy): void {
  const { generalTask, recipe } = context;
  const { rows } = rowsToSample(context, stage, policy);
  if (stage.overlong_rows !== "refuse") return;
  const longest = largestOf(rows.map((row) => encodePrompt(policy, row).length));
  const limit = sequenceLimit(policy.config, stage);
  if (longest + stage.max_completion_length > limit.tokens)
    throw new OverlongRowsError(
      `Stage ${stage.name}: a prompt of ${amount(longest)} tokens with a completion of up to ${amount(stage.max_completion_length)} may be longer than ` +
        `${limit.text}. Lower max_completion_length, or set overlong_rows to "drop" to leave such samples out, or to "cut" to cut off their end.`,
    );
  const share = stage.general_share / (1 - stage.general_share);
  const most = Math.min(mostLooked, Math.round(rows.length * stage.num_generations * share));
  if (generalTask && most > 0)
    fitExamples(policy, stage, generalExamples(generalTask, recipe.seed, stage.name, most), "general examples");
  fitHeldOut(policy, stage, heldOutExamples(context, stage));
}

/** What its memory is planned by before it knows its samples: each may be as long as it allows. */
export function samplingWork(context: StageContext, stage: RejectionSamplingSpec, policy: Policy): StageWork {
  const prompts = rowsToSample(context, stage, policy).rows.map((row) => encodePrompt(policy, row).length);
  const promptTokens = largestOf([1, ...prompts]);
  const longest = promptTokens + stage.max_completion_length;
  return {
    policy,
    trained: 1,
    asked: 0,
    batch: largestBatch([longest], stage),
    sampling: {
      prompts: Math.min(promptsPerBatch, prompts.length),
      samples: stage.num_generations,
      promptTokens,
      completionTokens: stage.max_completion_length,
    },
  };
}

/** General examples that are looked at before the stage knows how many it takes. */
const mostLooked = 20_000;

const short = (value: number): string => String(Number(value.toPrecision(6)));

type SampledExample = Sample & Pick<Example, "correct" | "lowReward">;

/** The samples as filters judge them: by the verifier, or in its place by the least reward that the stage asks for. */
function sampledExamples({ keep_reward }: RejectionSamplingSpec, { samples }: Drawn): SampledExample[] {
  if (keep_reward === undefined) return samples.map((sample) => ({ ...sample, correct: sample.accepted }));
  return samples.map((sample) => {
    const { accepted, reward } = sample;
    // Samples of earlier versions have only what was made of their reward.
    if (accepted || reward === undefined) return { ...sample, correct: accepted };
    if (reward !== null && reward >= keep_reward) return { ...sample, correct: false };
    const value = reward === null ? "it has no valid reward" : `its reward is ${short(reward)}`;
    return { ...sample, correct: null, lowReward: `${value}, keep_reward is ${short(keep_reward)}` };
  });
}

interface MixedExample {
  readonly example: TrainingExample;
  readonly sequence: TokenSequence;
}

/** The kept samples with general examples, as the training set that is exported. */
function mixed(
  context: StageContext,
  stage: RejectionSamplingSpec,
  policy: Policy,
  { filtered, sequences }: FittedFilter<SampledExample>,
  { samples, seconds, errors }: Drawn,
): readonly TokenSequence[] {
  const { generalTask, recipe, run } = context;
  const report = reportFilter(filtered);
  const { kept } = filtered;
  if (kept.length === 0)
    throw new UserError(
      `Stage ${stage.name}: none of ${report.given} samples was kept (${filterReportText(report)}). Train the sampled policy longer, or loosen "filters".`,
    );
  const wanted = Math.round((kept.length * stage.general_share) / (1 - stage.general_share));
  const made = generalTask && wanted > 0 ? generalExamples(generalTask, recipe.seed, stage.name, wanted) : [];
  const general = fitExamples(policy, stage, made, "general examples");
  const reasoning = kept.map(({ completion, ...sample }, index) => ({
    example: { ...askedOf(sample), completion },
    sequence: sequences[index]!,
  }));
  const others = general.kept.map((example, index) => ({ example, sequence: general.sequences[index]! }));
  const mixture = mixExamples<MixedExample>(reasoning, others, stage.general_share, recipe.seed);
  const examples = mixture.examples.map(({ example }) => example);
  run.saveDataset(stage.name, examples.map(exported));
  run.saveReport(stage.name, {
    kind: "rejection-sampling",
    report,
    general: mixture.general,
    missing: mixture.missing,
    drawn: { tokens: samples.reduce((sum, { length }) => sum + length, 0), seconds },
  });
  remarkAll(context, "overlong general examples", general.notes);
  const missing = mixture.missing > 0 ? `, ${mixture.missing} fewer than asked for` : "";
  context.tell({
    notes: [
      `samples: ${filterReportText(report)}`,
      ...(errors === null ? [] : [`${errors} in ${samples.length} samples: they count as not right`]),
      ...(mixture.general > 0 || missing !== "" ? [`with ${mixture.general} general examples${missing}`] : []),
      ...begunNotes(policy, examples),
    ],
  });
  return mixture.examples.map(({ sequence }) => sequence);
}

/** An example as TRL reads it: one of a conversation in its conversational form. */
const exported = ({ prompt, conversation, completion }: TrainingExample): object =>
  conversation
    ? { prompt: conversation, completion: [{ role: "assistant", content: completion }] }
    : { prompt, completion };

/** Marks each sample in the traces as kept, or refused with the reason. */
function tagSamples(
  { run }: StageContext,
  { name: stage }: RejectionSamplingSpec,
  { kept, dropped }: Filtered<SampledExample>,
): void {
  const place = ({ batch: step, group, sample }: SampledExample) => ({
    stage,
    step,
    purpose: "sampling" as const,
    group,
    sample,
  });
  run.tagRollouts([
    ...kept.map((sample) => ({ ...place(sample), tags: ["kept"] })),
    ...dropped.map(({ example, reason, detail }) => ({
      ...place(example),
      tags: ["refused", `${reason}: ${detail}`],
    })),
  ]);
}

/** The task's own correct answers to held-out prompts, where it has any: what the held-out loss is measured on. */
function heldOutExamples(
  { task, recipe }: StageContext,
  { eval_examples, eval_steps }: RejectionSamplingSpec,
): TrainingExample[] {
  if (eval_steps === 0) return [];
  const rows = heldOutRowsUpTo(task, recipe.seed, eval_examples);
  try {
    return rows.map((row) => ({
      ...askedOf(row),
      place: row.place,
      turn: row.turn,
      completion: task.completion(row, "stepwise"),
    }));
  } catch {
    // A dataset without completions: there is nothing to hold the model against.
    return [];
  }
}
