/** What can stand at a place of a filter line. */
import {
  comparisons,
  flags,
  isFlag,
  isNumberField,
  isTextField,
  numberFields,
  textFields,
  valuesOfField,
} from "./fields";
import { FilterError, tokensOf, type Token } from "./tokens";

export interface FilterWord {
  /** What is put in, in place of the characters from `from` on. */
  readonly insert: string;
  readonly about: string;
}

export interface FilterWords {
  readonly from: number;
  readonly words: readonly FilterWord[];
}

export interface FilterNames {
  readonly rewards: readonly string[];
  readonly stages: readonly string[];
}

const plainName = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** How a reward is named in a filter. */
export const rewardInFilter = (name: string): string =>
  plainName.test(name) &&
  !isNumberField(name) &&
  !isTextField(name) &&
  !isFlag(name) &&
  !/^(?:and|or|not|none|rewards)$/i.test(name)
    ? name
    : `rewards.${plainName.test(name) ? name : JSON.stringify(name)}`;

const entries = (table: Readonly<Record<string, string>>): FilterWord[] =>
  Object.entries(table).map(([insert, about]) => ({ insert, about }));

const operands = ({ rewards }: FilterNames): FilterWord[] => [
  ...entries(numberFields),
  ...rewards.map((name) => ({ insert: rewardInFilter(name), about: "a reward" })),
  ...entries(flags),
  ...entries(textFields),
  { insert: "not", about: "turns what follows" },
  { insert: "(", about: "what belongs together" },
];

const valuesOf: Readonly<Record<string, readonly FilterWord[]>> = {
  correct: [
    { insert: "1", about: "right" },
    { insert: "0", about: "wrong" },
  ],
  answer: [{ insert: "gold", about: "the gold answer" }],
  gold: [{ insert: "answer", about: "the answer that was read in the completion" }],
  ...Object.fromEntries(
    Object.entries(valuesOfField).map(([field, known]) => [field, known.map((insert) => ({ insert, about: "" }))]),
  ),
};

/** What may stand behind these tokens, of a line that is right so far. */
function following(tokens: readonly Token[], names: FilterNames): readonly FilterWord[] {
  const last = tokens.at(-1);
  const before = tokens.at(-2);
  if (last === undefined) return operands(names);
  if (last.kind === "word" && /^(?:and|or|not)$/i.test(last.text)) return operands(names);
  if (last.kind === "sign") {
    if (last.text === ")") return [...join, { insert: ")", about: "" }];
    if (["(", "!", "&&", "||"].includes(last.text)) return operands(names);
    if (last.text === ".") return names.rewards.map((name) => ({ insert: JSON.stringify(name), about: "a reward" }));
    const field = before?.kind === "word" ? before.text : "";
    const none = last.text === "~" || last.text === "!~" ? [] : [{ insert: "none", about: "there is none" }];
    if (field === "stage") return names.stages.map((name) => ({ insert: JSON.stringify(name), about: "" }));
    return [...(none.length === 0 ? [] : (valuesOf[field] ?? [])), ...none];
  }
  if (last.kind === "word" && !isValue(before)) {
    const { text } = last;
    if (isFlag(text)) return join;
    if (isTextField(text))
      return [
        { insert: "~", about: "contains a text, or matches /…/" },
        { insert: "!~", about: "does not" },
        { insert: "=", about: "is" },
        { insert: "!=", about: "is not" },
      ];
    if (isNumberField(text) || names.rewards.includes(text))
      return [...comparisons.map((insert) => ({ insert, about: "" })), ...(text === "correct" ? join : [])];
  }
  if (last.kind === "text" && before?.kind === "sign" && before.text === ".")
    return comparisons.map((insert) => ({ insert, about: "" }));
  return join;
}

/** Whether what stands behind this token is the right side of a comparison. */
const isValue = (token: Token | undefined): boolean =>
  token?.kind === "sign" && !["(", ")", "!", "&&", "||"].includes(token.text);

const join: readonly FilterWord[] = [
  { insert: "and", about: "both" },
  { insert: "or", about: "either" },
];

/** Within a text, a number or a regular expression: none. */
export function filterWords(line: string, cursor: number, names: FilterNames): FilterWords {
  const none: FilterWords = { from: cursor, words: [] };
  let tokens: Token[];
  try {
    tokens = tokensOf(line.slice(0, cursor));
  } catch (error) {
    if (error instanceof FilterError) return none;
    throw error;
  }
  const last = tokens.at(-1);
  const typing = last !== undefined && last.to === cursor && last.kind === "word" ? last : null;
  if (typing === null && last !== undefined && last.to === cursor && last.kind !== "sign") return none;
  const typed = typing?.text.toLowerCase() ?? "";
  const words = following(typing === null ? tokens : tokens.slice(0, -1), names).filter(
    ({ insert }) => insert.toLowerCase().includes(typed) && insert.toLowerCase() !== typed,
  );
  const starts = ({ insert }: FilterWord): number => Number(!insert.toLowerCase().startsWith(typed));
  return { from: typing?.from ?? cursor, words: [...words].sort((a, b) => starts(a) - starts(b)) };
}
