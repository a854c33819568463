/** Rewards that read from the completion what they hold it against. */
import type { LintContext } from "./context";
import type { Finding } from "./finding";
import type { KindReader } from "./kinds";
import type { OriginReader } from "./origins";
import type { Node } from "./syntax";

const goldNames =
  /^(gold|golden|truth|groundTruth|ground_truth|gt|solution|goldAnswer|gold_answer|correctAnswer|correct_answer|expected|reference|label|target)$/i;

const judges = new Set(["accuracy", "reasoningAccuracy", "verifyMath"]);

export function goldFindings({ syntax }: LintContext, kinds: KindReader, origins: OriginReader): Finding[] {
  const finding = (node: Node, message: string): Finding => ({
    rule: "gold-from-completion",
    offset: node.start ?? 0,
    length: (node.end ?? 0) - (node.start ?? 0),
    message,
    fixes: [],
    sample: null,
  });
  const onlyCompletion = (node: Node): boolean => {
    const from = origins.of(node);
    return from.has("completion") && !from.has("gold") && !from.has("row") && !from.has("prompt");
  };
  return syntax.nodes.flatMap((node): Finding[] => {
    if (
      node.type === "VariableDeclarator" &&
      node.id.type === "Identifier" &&
      node.init &&
      goldNames.test(node.id.name)
    )
      return onlyCompletion(node.init)
        ? [
            finding(
              node.id,
              `${node.id.name} is read from the completion: the model writes what it is held against. Take answer, or a column of row.`,
            ),
          ]
        : [];
    if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return [];
    const called = kinds.importedName(node.callee);
    const [first, second] = node.arguments;
    if (called === null || !judges.has(called) || !first || !second || !onlyCompletion(second)) return [];
    const swapped = origins.of(first).has("gold");

    const [a, b] = [first, second].map((one) => syntax.source.slice(one.start ?? 0, one.end ?? 0));
    return [
      {
        ...finding(
          second,
          swapped
            ? `${called} takes the completion first and the gold answer second; here they are exchanged, so the model writes the gold answer.`
            : `${called} holds the completion against a text of the completion: the model marks itself. Its second argument is answer, or a column of row.`,
        ),
        fixes: swapped
          ? [
              {
                title: "Exchange them",
                edits: [
                  { offset: first.start ?? 0, length: a!.length, text: b! },
                  { offset: second.start ?? 0, length: b!.length, text: a! },
                ],
              },
            ]
          : [],
      },
    ];
  });
}
