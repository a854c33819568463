/**
 * A lint rule: nothing branches on a stage's kind by its name. What depends on the kind is a column of `server/protocol/stage-kinds.ts`, so that a new kind
 * is one row there and not a case in every page.
 */
const table = "server/protocol/stage-kinds.ts";
/** Also a purpose of rollouts and something to open: as a name of a kind it counts only where the type says that it is one. */
const otherMeanings = new Set(["evaluation"]);

/** The names of all kinds, as the table that the program compiles has them. */
function kindNames(program) {
  const file = program.getSourceFiles().find(({ fileName }) => fileName.endsWith(`/${table}`));
  const module = file && program.getTypeChecker().getSymbolAtLocation(file);
  const kind =
    module &&
    program
      .getTypeChecker()
      .getExportsOfModule(module)
      .find(({ name }) => name === "StageKind");
  const type = kind && program.getTypeChecker().getDeclaredTypeOfSymbol(kind);
  return new Set((type?.types ?? []).map(({ value }) => value));
}

const textOf = (node) => {
  if (node.type === "Literal") return node.value;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return node.type === "TSAsExpression" ? textOf(node.expression) : null;
};

export default {
  meta: {
    type: "problem",
    schema: [],
    messages: { named: `Read a column of ${table} in place of the kind's name, or add one.` },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const kinds = kindNames(services.program);
    if (kinds.size === 0) throw new Error(`No type StageKind was found in ${table}.`);

    const parts = (type) => (type.isUnion() ? type.types : [type]);
    /** `kind`: of stages; `text`: any string, which may be one; null: something else. */
    const meaningOf = (node) => {
      const known = parts(services.getTypeAtLocation(node)).filter(
        (type) => !["undefined", "null"].includes(type.intrinsicName),
      );
      if (known.length > 0 && known.every((type) => kinds.has(type.value))) return "kind";
      return known.some(({ intrinsicName }) => ["string", "unknown", "any"].includes(intrinsicName)) ? "text" : null;
    };
    const names = (text, meaning) => kinds.has(text) && (meaning === "kind" || !otherMeanings.has(text));
    const report = (node) => context.report({ node, messageId: "named" });

    return {
      BinaryExpression(node) {
        if (!/^[!=]==?$/.test(node.operator)) return;
        for (const [side, other] of [
          [node.left, node.right],
          [node.right, node.left],
        ]) {
          const meaning = kinds.has(textOf(side)) ? meaningOf(other) : null;
          if (meaning !== null && names(textOf(side), meaning)) report(node);
        }
      },
      SwitchStatement(node) {
        const meaning = meaningOf(node.discriminant);
        if (meaning === null) return;
        for (const { test } of node.cases) if (test && names(textOf(test), meaning)) report(test);
      },
      /** A table by kind that stands elsewhere. */
      ObjectExpression(node) {
        const keys = node.properties.flatMap((one) =>
          one.type === "Property" && !one.computed ? [one.key.name ?? one.key.value] : [],
        );
        if (keys.length > 1 && keys.every((key) => kinds.has(key))) report(node);
      },
      /** A list of kinds to look one up in. */
      ArrayExpression(node) {
        const texts = node.elements.map((element) => element && textOf(element));
        if (texts.length > 0 && texts.every((text) => names(text, "text"))) report(node);
      },
    };
  },
};
