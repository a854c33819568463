/** `trl/trl-rewards.json` and `reward-functions-open-r1-trl.json`: the built-in rewards, as TRL and open-r1 give them. */
import * as z from "zod";
import { accuracy, reasoningAccuracy } from "../../server/verifiers/format/accuracy";
import { codeFormat } from "../../server/verifiers/format/code-format";
import { cosine } from "../../server/verifiers/format/cosine";
import { format } from "../../server/verifiers/format/format";
import { length } from "../../server/verifiers/format/length";
import { reasoningSteps } from "../../server/verifiers/format/reasoning-steps";
import { repetitionPenalty } from "../../server/verifiers/format/repetition-penalty";
import { softOverlongPunishment } from "../../server/verifiers/format/soft-overlong-punishment";
import { tagCount } from "../../server/verifiers/format/tag-count";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";
import { compare } from "./compare";
import type { Nested } from "./compare";

const cosineSchema = z.object({
  max_len: z.number(),
  min_value_wrong: z.number().default(-1),
  max_value_wrong: z.number().default(-0.5),
  min_value_correct: z.number().default(0.5),
  max_value_correct: z.number().default(1),
});
const delimitersSchema = z.array(z.string()).nullish();
const repetitionSchema = z.object({ ngram_size: z.number(), max_penalty: z.number() });
const overlongSchema = z.object({ max_completion_len: z.number(), soft_punish_cache: z.number() });

/** Python floats on both sides; only the order of operations may differ. */
const exact = { relative: 1e-12, absolute: 1e-15 };

/** A call of a reward function of the reference with a batch: all lists are `[samples]`. */
interface RewardCase {
  readonly id: string;
  readonly origin: "open-r1" | "trl";
  readonly reward: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly completions: readonly string[];
  readonly solutions: readonly string[];
  /** Numbers of tokens. */
  readonly lengths: readonly number[] | undefined;
  readonly ids: readonly (readonly number[])[] | undefined;
  /** `throws`: the reference refuses its settings. */
  readonly expected: readonly (number | null)[] | "throws";
  readonly tolerance: number | undefined;
}

/** As the references take answers. */
const trl = { style: "trl" } as const;

const perSample: Readonly<Record<string, (one: RewardCase, index: number) => number | null>> = {
  accuracy: ({ completions, solutions }, index) => accuracy(completions[index]!, solutions[index]!, trl),
  reasoning_accuracy: ({ completions, solutions, config }, index) =>
    reasoningAccuracy(completions[index]!, solutions[index]!, {
      ...trl,
      reasoning_delimiters: delimitersSchema.parse(config["reasoning_delimiters"]) ?? ["</think>"],
    }),
  cosine_scaled: ({ origin, completions, solutions, lengths, config }, index) => {
    const correct = accuracy(completions[index]!, solutions[index]!, trl);
    const differences = origin === "trl" ? {} : { clamp: false, unknown: 1 };
    return cosine(lengths?.[index] ?? completions[index]!, correct, { ...cosineSchema.parse(config), ...differences });
  },
  format: ({ completions }, index) => format(completions[index]!, "open-r1"),
  think_format: ({ completions }, index) => format(completions[index]!, "trl"),
  tag_count: ({ completions }, index) => tagCount(completions[index]!),
  reasoning_steps: ({ completions }, index) => reasoningSteps(completions[index]!, { style: "open-r1" }),
  code_format: ({ completions, config }, index) =>
    codeFormat(completions[index]!, { language: z.string().parse(config["language"]), style: "open-r1" }),
  soft_overlong_punishment: ({ lengths, config }, index) =>
    softOverlongPunishment(lengths![index]!, overlongSchema.parse(config)),
  repetition_penalty: ({ completions, ids, config }, index) =>
    repetitionPenalty(ids?.[index] ?? completions[index]!, {
      ...repetitionSchema.parse(config),
      language: z.string().optional().parse(config["language"]) ?? "en",
    }),
};

function rewardsOf(one: RewardCase): (number | null)[] {
  if (one.reward === "len") {
    const correct = one.completions.map((text, index) =>
      accuracy(text, one.solutions[index]!, { ...trl, swapped: true }),
    );
    return length(one.completions, correct, { unknown: "correct" });
  }
  const reward = perSample[one.reward];
  if (!reward) throw new Error(`There is no reward ${one.reward} here.`);
  // Settings that are refused are refused without a sample as well.
  const samples = Array.isArray(one.expected) ? one.expected.length : 1;
  return Array.from({ length: samples }, (_, index) => reward(one, index));
}

function check(one: RewardCase): Mismatch[] {
  if (one.expected === "throws") {
    try {
      return [{ field: "rewards", expected: "an error", actual: rewardsOf(one) }];
    } catch (error) {
      return error instanceof RangeError ? [] : [{ field: "rewards", expected: "an error", actual: String(error) }];
    }
  }
  const tolerance = one.tolerance === undefined ? exact : { relative: 0, absolute: one.tolerance };
  return compare({ rewards: one.expected }, { rewards: rewardsOf(one) satisfies Nested }, tolerance);
}

interface Difference {
  readonly reason: string;
  /** Whether it says why this sample gets something else than expected. */
  readonly explains: (sample: Sample) => boolean;
}
interface Sample {
  readonly completion: string;
  readonly solution: string;
  /** Our reward, which is not theirs. */
  readonly ours: number | null;
}

/** Where `verifyMath` decides otherwise than Math-Verify on purpose; docs/rewards.md has the same list. */
const differences: readonly Difference[] = [
  {
    reason: "50 % is 1/2 and not 50: different numbers are never equal",
    explains: ({ completion, solution, ours }) => ours === 0 && completion.includes("%") !== solution.includes("%"),
  },
  {
    reason: "\\frac12 is LaTeX for 1/2",
    explains: ({ completion, ours }) => ours === 1 && /\\frac\d\d/.test(completion),
  },
  {
    reason: "what was boxed before the answer is not part of it",
    explains: ({ completion, ours }) =>
      ours === 1 && completion.split("\\boxed").length > 2 && /\\boxed\{[^}]*\}.*(?:then|<\/think>)/s.test(completion),
  },
  {
    reason: "\\sqrt{-1} is i",
    explains: ({ completion, solution, ours }) => ours === 1 && /sqrt\{-/.test(completion + solution),
  },
  {
    reason: "1e3 is how programs write 1000",
    explains: ({ completion, ours }) => ours === 1 && /\d[eE]\d/.test(completion),
  },
  {
    reason: "a gold answer is an answer, not a sentence that says it",
    explains: ({ solution, ours }) => ours === 0 && /\banswer is\b/.test(solution),
  },
];

/** Why a case of TRL differs on purpose, or null. */
function onPurpose(one: RewardCase): string | null {
  if (one.origin !== "trl" || !one.reward.endsWith("accuracy") || one.expected === "throws") return null;
  const expected = one.expected;
  const differing = rewardsOf(one).flatMap((ours, index): Sample[] =>
    ours === expected[index] ? [] : [{ completion: one.completions[index]!, solution: one.solutions[index]!, ours }],
  );
  const reasons = differing.map((sample) => differences.find(({ explains }) => explains(sample))?.reason);
  return reasons.every((reason) => reason !== undefined) ? (reasons[0] ?? null) : null;
}

const unsupported = (): null => null;

/** `repetition_penalty_reward(token ids)` → `repetition_penalty`. */
const plainName = (name: string): string => name.replace(/\(.*\)$/, "").replace(/_reward$/, "");

const trlFileSchema = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      function: z.string(),
      config: z.record(z.string(), z.unknown()),
      inputs: z.object({
        completion: z.string().optional(),
        solution: z.string().optional(),
        completion_length: z.number().optional(),
        completion_ids: z.array(z.number()).optional(),
      }),
      expected: z.number().nullable(),
    }),
  ),
});

/** One completion a case. */
export function runTrlRewards(file: string): Promise<FileResult> {
  const cases = readCases(file, trlFileSchema).cases.map(({ id, function: name, config, inputs, expected }) => ({
    id,
    origin: "trl" as const,
    reward: plainName(name),
    config,
    completions: [inputs.completion ?? ""],
    solutions: [inputs.solution ?? ""],
    lengths: inputs.completion_length === undefined ? undefined : [inputs.completion_length],
    ids: inputs.completion_ids === undefined ? undefined : [inputs.completion_ids],
    expected: [expected],
    tolerance: undefined,
  }));
  return runCases(cases, unsupported, check, onPurpose);
}

const batchSchema = z.array(
  z.object({
    src: z.string(),
    fn: z.string(),
    params: z.record(z.string(), z.unknown()).optional(),
    completions: z.array(z.string()).optional(),
    solution: z.array(z.string()).optional(),
    completion_lengths: z.array(z.number()).optional(),
    completion_ids: z.array(z.array(z.number())).optional(),
    reasoning_delimiters: z.array(z.string()).optional(),
    language: z.string().optional(),
    expected: z.array(z.number().nullable()).optional(),
    throws: z.string().optional(),
    tolerance: z.number().optional(),
  }),
);

const batchCase =
  (origin: RewardCase["origin"]) =>
  (one: z.infer<typeof batchSchema>[number], index: number): RewardCase => ({
    id: `${origin}/${index} ${one.src.replace(/^.*test_rewards\.py/, one.fn)}`,
    origin,
    reward: plainName(one.fn),
    config: {
      ...one.params,
      ...(one.language === undefined ? {} : { language: one.language }),
      ...(one.reasoning_delimiters === undefined ? {} : { reasoning_delimiters: one.reasoning_delimiters }),
    },
    completions: one.completions ?? [],
    solutions: one.solution ?? [],
    lengths: one.completion_lengths,
    ids: one.completion_ids,
    expected: one.throws === undefined ? (one.expected ?? []) : "throws",
    tolerance: one.tolerance,
  });

/** The references' own tests: a batch a case. */
export function runReferenceRewards(file: string): Promise<FileResult> {
  const { open_r1, trl: ofTrl } = readCases(file, z.object({ open_r1: batchSchema, trl: batchSchema }));
  return runCases(
    [...open_r1.map(batchCase("open-r1")), ...ofTrl.map(batchCase("trl"))],
    unsupported,
    check,
    onPurpose,
  );
}
