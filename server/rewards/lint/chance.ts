/** Scores that depend on random numbers or a clock. */
import { functionOf, reachableFunctions, type LintContext, type LintedReward } from "./context";
import type { Edit, Finding, Fix } from "./finding";
import { returnedNodes } from "./kinds";
import { originReader, type OriginReader } from "./origins";
import { allNodes, isFunction, ownNodes, plain, type FunctionNode, type Node } from "./syntax";

/** Parts of a returned value that are the score: other named values are only shown. */
function scoreParts(value: Node): Node[] {
  const node = plain(value);
  if (node.type === "ConditionalExpression")
    return [node.test, ...scoreParts(node.consequent), ...scoreParts(node.alternate)];
  if (node.type !== "ObjectExpression") return [node];
  return node.properties.flatMap((property): Node[] => {
    if (property.type !== "ObjectProperty") return [property];
    const named =
      property.key.type === "Identifier"
        ? property.key.name
        : property.key.type === "StringLiteral"
          ? property.key.value
          : "";
    return named === "score" ? [property.value] : [];
  });
}

/** What decides a score in a function: values that it returns, and conditions. Log lines and named values are none of it. */
const deciding = (node: FunctionNode, isReward: boolean): Node[] => [
  ...returnedNodes(node).flatMap(({ value }) => (value === null ? [] : isReward ? scoreParts(value) : [value])),
  ...ownNodes(node).flatMap((inner) =>
    inner.type === "IfStatement" || inner.type === "ConditionalExpression" || inner.type === "WhileStatement"
      ? [inner.test]
      : [],
  ),
];

export function chanceFindings(context: LintContext, origins: OriginReader = originReader(context)): Finding[] {
  const told = new Set<Node>();
  return context.rewards.flatMap((reward) => {
    const functions = [...reachableFunctions(context, reward.function)];
    const decides = (source: "chance" | "clock"): boolean =>
      functions.some((node) =>
        deciding(node, node === reward.function).some((value) => !isFunction(value) && origins.of(value).has(source)),
      );
    const depends = { chance: decides("chance"), clock: decides("clock") };
    if (!depends.chance && !depends.clock) return [];
    // What a reward uses of the module stands outside of its functions.
    const inModule = context.syntax.program.body.filter((statement) => statement.type === "VariableDeclaration");
    return [...functions.flatMap((node) => ownNodes(node)), ...inModule.flatMap(allNodes)].flatMap(
      (node): Finding[] => {
        const source = origins.sourceOf(node);
        if (source === null || !depends[source] || told.has(node)) return [];
        told.add(node);
        const place = { offset: node.start ?? 0, length: (node.end ?? 0) - (node.start ?? 0) };
        if (source === "clock")
          return [
            {
              rule: "clock-score",
              ...place,
              message: `A score of ${reward.name} depends on the time: scored again, the same sample gets another one. Score what the sample says; how long a reward takes is measured anyway.`,
              fixes: [],
              sample: null,
            },
          ];
        return [
          {
            rule: "random-score",
            ...place,
            message: `A score of ${reward.name} depends on a random number: a resume and a re-score give another one. Derive it from the row: seededRandom(row).`,
            fixes: seedFix(context, reward, node),
            sample: null,
          },
        ];
      },
    );
  });
}

/** `Math.random()` becomes `seededRandom(row)`, taken from the input and imported. */
function seedFix(context: LintContext, reward: LintedReward, node: Node): Fix[] {
  const { syntax } = context;
  if (syntax.source.slice(node.start ?? 0, node.end ?? 0) !== "Math.random()") return [];
  let around: Node | null = node;
  while (around !== null && around !== reward.function) around = syntax.parentOf(around);
  const [parameter] = reward.function.params;
  if (around === null || functionOf(context, reward.function) === null || parameter?.type !== "ObjectPattern")
    return [];
  const edits: Edit[] = [];
  const wanted = reward.kind === "group" ? ["rows"] : ["row", "completion"];
  const names = wanted.map((key) => {
    const found = parameter.properties.find(
      (property) =>
        property.type === "ObjectProperty" && property.key.type === "Identifier" && property.key.name === key,
    );
    if (found?.type === "ObjectProperty") return found.value.type === "Identifier" ? found.value.name : null;
    const last = parameter.properties.at(-1);
    if (!last || last.type === "RestElement") return null;
    edits.push({ offset: last.end ?? 0, length: 0, text: `, ${key}` });
    return key;
  });
  if (names.includes(null)) return [];
  return [
    {
      title: "Derive it from the row: seededRandom",
      edits: [
        ...importEdits(context, "seededRandom"),
        ...edits,
        {
          offset: node.start ?? 0,
          length: (node.end ?? 0) - (node.start ?? 0),
          text: `seededRandom(${names.join(", ")})`,
        },
      ],
    },
  ];
}

/** Takes a function of `reasoning-lab` in. */
export function importEdits({ syntax }: LintContext, name: string): Edit[] {
  const known = syntax.program.body.find(
    (statement) =>
      statement.type === "ImportDeclaration" &&
      statement.source.value === "reasoning-lab" &&
      statement.importKind !== "type",
  );
  if (known?.type !== "ImportDeclaration")
    return [
      { offset: syntax.program.body[0]?.start ?? 0, length: 0, text: `import { ${name} } from "reasoning-lab";\n` },
    ];
  if (known.specifiers.some((specifier) => specifier.local.name === name)) return [];
  const last = known.specifiers.at(-1);
  return last?.type === "ImportSpecifier" ? [{ offset: last.end ?? 0, length: 0, text: `, ${name}` }] : [];
}
