/** Names that a reward takes from its input and that are not there. */
import { nearestWord } from "../../shared/nearest-word";
import type { LintContext } from "./context";
import type { Finding } from "./finding";
import { propertyName } from "./syntax";

const given = {
  single: ["prompt", "messages", "completion", "answer", "row", "completionIds"],
  group: ["prompt", "messages", "completions", "answers", "rows", "completionIds"],
} as const;

/** What other tools call them. */
const others: Readonly<Record<"single" | "group", Readonly<Record<string, string>>>> = {
  single: {
    completions: "completion",
    response: "completion",
    output: "completion",
    solution_str: "completion",
    prompts: "prompt",
    question: "prompt",
    answers: "answer",
    solution: "answer",
    ground_truth: "answer",
    groundTruth: "answer",
    gold: "answer",
    target: "answer",
    label: "answer",
    rows: "row",
    extra_info: "row",
    kwargs: "row",
    completion_ids: "completionIds",
  },
  group: {
    completion: "completions",
    responses: "completions",
    answer: "answers",
    solution: "answers",
    ground_truth: "answers",
    row: "rows",
    kwargs: "rows",
    prompts: "prompt",
    completion_ids: "completionIds",
  },
};

export function inputFindings({ rewards, bindings, syntax }: LintContext): Finding[] {
  return rewards.flatMap(({ name, kind, function: node }): Finding[] => {
    const [parameter] = node.params;
    const known: readonly string[] = given[kind];
    const finding = (offset: number, text: string, edit: ((meant: string) => string) | null): Finding => {
      const meant = others[kind][text] ?? nearestWord(text, known);
      return {
        rule: "unknown-input",
        offset,
        length: text.length,
        message: `A ${kind === "group" ? "group reward" : "reward"} is not given "${text}", so it is undefined in ${name}.${meant === null ? ` It is given ${known.join(", ")}; columns of the data are in ${kind === "group" ? "rows" : "row"}.` : ` Did you mean ${meant}?`}`,
        fixes:
          meant === null || edit === null
            ? []
            : [{ title: `Take ${meant}`, edits: [{ offset, length: text.length, text: edit(meant) }] }],
        sample: null,
      };
    };
    if (parameter?.type === "ObjectPattern")
      return parameter.properties.flatMap((property) => {
        if (property.type !== "ObjectProperty" || property.computed || property.key.type !== "Identifier") return [];
        const key = property.key;
        if (known.includes(key.name)) return [];
        return [finding(key.start ?? 0, key.name, (meant) => (property.shorthand ? `${meant}: ${key.name}` : meant))];
      });
    if (parameter?.type !== "Identifier") return [];
    return syntax.nodes.flatMap((use) => {
      if (use.type !== "MemberExpression" || use.object.type !== "Identifier" || use.computed) return [];
      const property = propertyName(use);
      if (property === null || known.includes(property)) return [];
      return bindings.of(use.object)?.identifier === parameter
        ? [finding(use.property.start ?? 0, property, (meant) => meant)]
        : [];
    });
  });
}
