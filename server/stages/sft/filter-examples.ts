/**
 * What of sampled or given completions becomes training data, for a cold start and for rejection sampling, as DeepSeek-R1 keeps only what is
 * correct and readable (arXiv 2501.12948, 2.3.1 and 2.3.3). Every example that is dropped has one reason: the first that holds.
 */
import { dropReasons, type DropReason, type FilterReport } from "../../protocol/reports";
import { languageConsistency } from "../../verifiers/format/language-consistency";
import { splitReasoning } from "../../verifiers/format/split-reasoning";
import { duplicateIndex, tokensOf } from "./near-duplicates";

export interface Example {
  readonly prompt: string;
  readonly completion: string;
  /** By the verifier; null: not judged, which no filter takes for wrong. */
  readonly correct: boolean | null;
  /** Why its reward is too low, in words; unset: it is not. */
  readonly lowReward?: string | undefined;
  /** Tokens of the completion; unset: UTF-16 units are counted. */
  readonly length?: number;
}

export interface FilterSettings {
  /** Completions must be in their form. */
  readonly well_formed: boolean;
  /** Why a completion is not in the form that the task asks for; null: it is. Unset: it must be one thinking and one answer in their tags. */
  readonly problemOf?: ((completion: string) => string | null) | undefined;
  /** Longest completion; null: any. */
  readonly max_length: number | null;
  /** Code of the thinking's language, `"en"` say, and the least share of its words in it; null: any. Thinkings without words pass. */
  readonly language: { readonly code: string; readonly least: number } | null;
  /** Largest share of repeated 4-grams of tokens; null: any. Traces of few different steps, parity say, repeat themselves rightly. */
  readonly max_repetition: number | null;
  /** Similarity from which a completion is a near-duplicate of a kept one, of its prompt or of any; null: none is. */
  readonly near_duplicates: { readonly threshold: number; readonly of: "prompt" | "all" } | null;
  /** Most examples kept of a prompt; null: any number. */
  readonly max_per_prompt: number | null;
}

export const defaultFilters: FilterSettings = {
  well_formed: true,
  max_length: null,
  language: { code: "en", least: 0.9 },
  max_repetition: 0.5,
  near_duplicates: { threshold: 0.9, of: "prompt" },
  max_per_prompt: null,
};

export interface Dropped<T extends Example> {
  readonly example: T;
  readonly reason: DropReason;
  /** The reason in words with its numbers. */
  readonly detail: string;
}

export interface Filtered<T extends Example, D extends Dropped<T> = Dropped<T>> {
  readonly kept: readonly T[];
  readonly dropped: readonly D[];
}

interface DroppedOne<T extends Example> extends Dropped<T> {
  /** Place among the examples that came in, from 0. */
  readonly index: number;
}

/** Tags are in every completion and say nothing of how alike two are. */
const tags = /<\/?(?:think|answer)>/g;

/** Control characters but white space, surrogates without partner, and what stands for bytes that were no text. */
const broken = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffd]|\p{Cs}/u;

const tagProblem = (completion: string): string | null =>
  splitReasoning(completion).wellFormed ? null : "it is not <think>…</think><answer>…</answer>";

function whyUnreadable(
  completion: string,
  { well_formed, problemOf = tagProblem }: Pick<FilterSettings, "well_formed" | "problemOf">,
): string | null {
  if (completion.trim() === "") return "it is empty";
  const bad = broken.exec(completion);
  if (bad) return `it holds the character U+${bad[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return well_formed ? problemOf(completion) : null;
}

/** Share of 4-grams of tokens that stood before; 0 for fewer than 8 tokens. */
export function repetition(text: string): number {
  const tokens = tokensOf(text);
  if (tokens.length < 8) return 0;
  const total = tokens.length - 3;
  const different = new Set(Array.from({ length: total }, (_, start) => tokens.slice(start, start + 4).join("\u0000")));
  return 1 - different.size / total;
}

const percent = (value: number): string => `${Math.round(value * 100)} %`;

/**
 * Keeps examples in their order. The same examples and settings always give the same. `nameOf`: how an example is called that another is nearly the
 * same as. Throws when a setting cannot be used.
 */
export function filterExamples<T extends Example>(
  examples: readonly T[],
  settings: FilterSettings = defaultFilters,
  nameOf: (example: T, index: number) => string = (_, index) => `example ${index + 1}`,
): Filtered<T, DroppedOne<T>> {
  const { max_length, language, max_repetition, near_duplicates, max_per_prompt } = settings;
  const index = near_duplicates && duplicateIndex(near_duplicates.threshold);
  const perPrompt = new Map<string, number>();

  /** Why an example is dropped. Of those that stay, the index and the counts take note. */
  function refusalOf(
    { prompt, completion, correct, lowReward, length = completion.length }: T,
    id: number,
  ): [DropReason, string] | null {
    const text = completion.replace(tags, " ");
    const unreadable = whyUnreadable(completion, settings);
    if (unreadable !== null) return ["unreadable", unreadable];
    if (correct === false) return ["wrong-answer", "the verifier says so"];
    if (lowReward !== undefined) return ["low-reward", lowReward];
    if (max_length !== null && length > max_length) return ["too-long", `${length} of at most ${max_length}`];
    if (language) {
      const own = splitReasoning(completion).thinking === null ? `<think>${completion}</think>` : completion;
      const share = languageConsistency(own, language.code);
      if (share !== null && share < language.least)
        return [
          "mixed-language",
          `${percent(share)} of the words are in "${language.code}", at least ${percent(language.least)} should be`,
        ];
    }
    if (max_repetition !== null) {
      const repeated = repetition(text);
      if (repeated > max_repetition)
        return [
          "repetition",
          `${percent(repeated)} of its 4-grams are repeated, at most ${percent(max_repetition)} may be`,
        ];
    }
    const count = perPrompt.get(prompt) ?? 0;
    const compared = index?.compare(text, near_duplicates?.of === "prompt" ? prompt : "");
    if (compared && compared.twin !== null)
      return ["near-duplicate", `nearly the same as ${nameOf(examples[compared.twin]!, compared.twin)}`];
    if (max_per_prompt !== null && count >= max_per_prompt)
      return ["over-cap", `its prompt has ${max_per_prompt} examples already`];
    perPrompt.set(prompt, count + 1);
    compared?.keep(id);
    return null;
  }

  const kept: T[] = [];
  const dropped: DroppedOne<T>[] = [];
  for (const [id, example] of examples.entries()) {
    const found = refusalOf(example, id);
    if (found) dropped.push({ example, index: id, reason: found[0], detail: found[1] });
    else kept.push(example);
  }
  return { kept, dropped };
}

export function reportFilter({ kept, dropped }: Filtered<Example>): FilterReport {
  const prompts = new Set([...kept, ...dropped.map(({ example }) => example)].map(({ prompt }) => prompt));
  const count = (reason: DropReason): number => dropped.filter((each) => each.reason === reason).length;
  return {
    given: kept.length + dropped.length,
    kept: kept.length,
    dropped: {
      unreadable: count("unreadable"),
      "wrong-answer": count("wrong-answer"),
      "low-reward": count("low-reward"),
      "too-long": count("too-long"),
      "mixed-language": count("mixed-language"),
      repetition: count("repetition"),
      "near-duplicate": count("near-duplicate"),
      "over-cap": count("over-cap"),
    },
    promptsKept: new Set(kept.map(({ prompt }) => prompt)).size,
    prompts: prompts.size,
  };
}

/** One line: `kept 3 of 10 (2 of 5 prompts); dropped: 6 wrong-answer, 1 too-long`. */
export function filterReportText({ given, kept, dropped, promptsKept, prompts }: FilterReport): string {
  const drops = dropReasons.flatMap((reason) => (dropped[reason] > 0 ? [`${dropped[reason]} ${reason}`] : []));
  return `kept ${kept} of ${given} (${promptsKept} of ${prompts} prompts)${drops.length > 0 ? `; dropped: ${drops.join(", ")}` : ""}`;
}
