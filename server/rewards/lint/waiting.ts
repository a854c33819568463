/** Waiting without a limit of its own. */
import type { LintContext } from "./context";
import type { Finding, Fix } from "./finding";
import { allNodes, calledName, isFunction, ownNodes, plain, type FunctionNode, type Node } from "./syntax";

/** Seconds in the milliseconds that the fix writes. */
const usualLimit = "20_000";

export function waitingFindings({ bindings }: LintContext, reachable: ReadonlySet<FunctionNode>): Finding[] {
  const place = (node: Node) => ({ offset: node.start ?? 0, length: (node.end ?? 0) - (node.start ?? 0) });
  return [...reachable].flatMap((around) =>
    ownNodes(around).flatMap((node): Finding[] => {
      if (node.type === "CallExpression" && calledName(node) === "fetch") {
        const callee = node.callee;
        if (callee.type === "Identifier" && bindings.of(callee) !== null) return [];
        const options = node.arguments[1];
        if (options !== undefined && !isWithoutSignal(options)) return [];
        return [
          {
            rule: "await-without-limit",
            ...place(node),
            message: `This fetch has no limit of its own: an answer that never comes holds the group up until the stage's reward_timeout, which ends the process. Give it signal: AbortSignal.timeout(${usualLimit}).`,
            fixes: limitFix(node, options),
            sample: null,
          },
        ];
      }
      if (node.type === "NewExpression" && calledName(node) === "Promise") {
        const [executor] = node.arguments;
        if (!executor || !isFunction(executor)) return [];
        const names = executor.params.flatMap((parameter) => (parameter.type === "Identifier" ? [parameter.name] : []));
        const settles = allNodes(executor.body).some(
          (inner) => inner.type === "Identifier" && names.includes(inner.name),
        );
        if (settles) return [];
        return [
          {
            rule: "await-without-limit",
            ...place(node),
            message:
              "This promise never settles: nothing calls its resolve. The group waits until the stage's reward_timeout.",
            fixes: [],
            sample: null,
          },
        ];
      }
      if (node.type !== "WhileStatement" && node.type !== "ForStatement" && node.type !== "DoWhileStatement") return [];
      const { test } = node;
      const endless = test == null || (test.type === "BooleanLiteral" && test.value);
      const inner = ownNodes(node.body);
      if (!endless || !inner.some((one) => one.type === "AwaitExpression")) return [];
      // A loop that counts, or throws after a while, has a limit.
      if (inner.some((one) => one.type === "ThrowStatement" || one.type === "BreakStatement")) return [];
      return [
        {
          rule: "await-without-limit",
          offset: node.start ?? 0,
          length: 5,
          message: "This loop asks again without end: give it a number of times, and throw after the last.",
          fixes: [],
          sample: null,
        },
      ];
    }),
  );
}

/** Whether options say everything that they are, and no `signal`. */
function isWithoutSignal(options: Node): boolean {
  const value = plain(options);
  if (value.type !== "ObjectExpression") return false;
  return value.properties.every(
    (property) =>
      property.type === "ObjectProperty" && !(property.key.type === "Identifier" && property.key.name === "signal"),
  );
}

function limitFix(node: Node & { readonly type: "CallExpression" }, options: Node | undefined): Fix[] {
  const signal = `signal: AbortSignal.timeout(${usualLimit})`;
  const title = `Give it a limit: AbortSignal.timeout(${usualLimit})`;
  if (options === undefined) {
    const [address] = node.arguments;
    return address ? [{ title, edits: [{ offset: address.end ?? 0, length: 0, text: `, { ${signal} }` }] }] : [];
  }
  const value = plain(options);
  if (value.type !== "ObjectExpression") return [];
  const last = value.properties.at(-1);
  return last
    ? [{ title, edits: [{ offset: last.end ?? 0, length: 0, text: `, ${signal}` }] }]
    : [
        {
          title,
          edits: [{ offset: value.start ?? 0, length: (value.end ?? 0) - (value.start ?? 0), text: `{ ${signal} }` }],
        },
      ];
}
