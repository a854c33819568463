/** Real rollouts, changed so that they are right no more, or thought in another way. */
import type { Subject } from "./subject";

export interface Mutation {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  /** `wrong`: it must be paid as a wrong answer. `no-better`: it must not be paid more than the rollout. */
  readonly must: "wrong" | "no-better";
  /** Null: it cannot be made of this one. `others`: completions of other prompts, with their gold answers. */
  readonly of: (
    completion: string,
    subject: Subject,
    wrong: string,
    others: readonly { readonly completion: string; readonly answer: string }[],
  ) => string | null;
}

/** The last place where the answer is given, and what is given there. */
const places = [
  /(<answer>\s*)([\s\S]*?)(\s*<\/answer>)(?![\s\S]*<answer>)/,
  /(\\boxed\{)([^{}]*)(\})(?![\s\S]*\\boxed)/,
  /(####\s*)(\S+)()\s*$/,
];

export function withAnswer(completion: string, answer: string): string | null {
  const place = places.find((one) => one.test(completion));
  return place
    ? completion.replace(place, (_all, before: string, _given, behind: string) => before + answer + behind)
    : null;
}

const thinking = /(<think>)([\s\S]*?)(<\/think>)/;

function withThinking(completion: string, change: (text: string) => string | null): string | null {
  const found = thinking.exec(completion);
  const next = found ? change(found[2]!) : null;
  return next === null || next === found?.[2] ? null : completion.replace(thinking, () => `<think>${next}</think>`);
}

const separatorOf = (text: string): string => (text.includes("\n") ? "\n" : text.includes(";") ? ";" : ". ");

export const mutations: readonly Mutation[] = [
  {
    id: "answer-replaced",
    title: "A right rollout with a wrong answer in its place",
    why: "its answer is wrong",
    must: "wrong",
    of: (completion, _subject, wrong) => withAnswer(completion, wrong),
  },
  {
    id: "other-prompt",
    title: "The rollout of another prompt",
    why: "it answers another question",
    must: "wrong",
    of: (_completion, subject, _wrong, others) =>
      others.find(({ answer }) => subject.isRight(answer) === false)?.completion ?? null,
  },
  {
    id: "thinking-removed",
    title: "A rollout without its thinking",
    why: "nothing is thought any more",
    must: "no-better",
    of: (completion) => withThinking(completion, () => ""),
  },
  {
    id: "thinking-shuffled",
    title: "A rollout with its steps in another order",
    why: "its steps do not follow from each other any more",
    must: "no-better",
    of: (completion) =>
      withThinking(completion, (text) => {
        const separator = separatorOf(text);
        const steps = text.split(separator);
        return steps.length < 2 ? null : steps.toReversed().join(separator);
      }),
  },
  {
    id: "thinking-of-another",
    title: "A rollout with the thinking of another prompt",
    why: "it thinks about something else",
    must: "no-better",
    of: (completion, _subject, _wrong, others) =>
      withThinking(completion, () => thinking.exec(others[0]?.completion ?? "")?.[2] ?? null),
  },
  {
    id: "step-negated",
    title: "A rollout with a step turned into its opposite",
    why: "one of its steps is wrong",
    must: "no-better",
    of: (completion) =>
      withThinking(completion, (text) => {
        const separator = separatorOf(text);
        const [first, ...rest] = text.split(separator);
        return first === undefined || first === "" ? null : [`it is not so that ${first}`, ...rest].join(separator);
      }),
  },
];
