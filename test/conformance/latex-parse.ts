/** `latex-parse.json`: the tests of latex2sympy2, LaTeX and the SymPy expression that it must be read as. */
import * as z from "zod";
import { createBudget } from "../../server/verifiers/maths/budget";
import { sameAnswer } from "../../server/verifiers/maths/compare";
import { expressionText } from "../../server/verifiers/maths/expression";
import type { Expression } from "../../server/verifiers/maths/expression";
import { parseAnswer } from "../../server/verifiers/maths/parse";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";
import { readSympy } from "./sympy";

const caseSchema = z.object({
  file: z.string(),
  line: z.number(),
  latex: z.string(),
  sympy: z.string().optional(),
  must_fail: z.boolean().optional(),
});
type Case = z.infer<typeof caseSchema>;

/** What we read otherwise than latex2sympy2, by its LaTeX, with the reason. */
const differences: ReadonlyMap<string, string> = new Map([
  ["||x||y||", "absolute values side by side in one another are ambiguous: write \\left| and \\right| or \\lvert"],
  [
    "\\theta\\begin{matrix}1\\\\3\\end{matrix} - \\begin{matrix}-1\\\\2\\end{matrix}",
    "arithmetic of matrices is not computed",
  ],
  [
    "\\theta\\begin{matrix}1&0\\\\0&1\\end{matrix}*\\begin{matrix}3\\\\-2\\end{matrix}",
    "arithmetic of matrices is not computed",
  ],
  ["x!!!", "two exclamation marks are a double factorial"],
  ["a+Ib", "a capital I is a name, not the imaginary unit"],
  ["{1} \\subseteq {1,2}", "SymPy answers True: a relation stays one here"],
  ["\\textit{c}", "SymPy keeps the command in the text"],
]);

/** Names of `\variable` with white space and commands in them. */
const variableCases = new Set([
  "\\variable{\\alpha _{\\beta }}\\alpha ",
  "\\variable{x\\beta 10_{y\\alpha 20}}",
  "\\variable{\\sin xy}",
  "\\variable{x_yz}",
  "\\variable{x\\beta 10_y\\alpha 20}",
]);

/** Lists and pairs as SymPy has them: a list is a set, a pair in parentheses an open interval. */
function asSympy(expression: Expression, expected: Expression): Expression {
  if (expression.kind !== "group") return expression;
  const [low, high] = expression.items;
  if (expected.kind === "interval" && expression.name === "tuple" && expression.items.length === 2)
    return { kind: "interval", low: low!, high: high!, lowClosed: false, highClosed: false };
  return expression;
}

function parsed(latex: string): Expression | null {
  try {
    return parseAnswer(latex, { plain: false, decimalComma: false }, createBudget());
  } catch {
    return null;
  }
}

function check({ latex, sympy, must_fail: mustFail }: Case): Mismatch[] {
  const actual = parsed(latex);
  if (mustFail === true || sympy === undefined || sympy === "None")
    return actual === null ? [] : [{ field: latex, expected: "no expression", actual: expressionText(actual) }];
  const expected = readSympy(sympy);
  const same =
    actual !== null &&
    sameAnswer(expected, asSympy(actual, expected), { budget: createBudget(), decimals: 12, percent: "exact" }).equal;
  return same === true
    ? []
    : [
        {
          field: latex,
          expected: `${sympy}: ${expressionText(expected)}`,
          actual: actual === null ? "nothing" : expressionText(actual),
        },
      ];
}

export function runLatexParse(file: string): Promise<FileResult> {
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  return runCases(
    cases.map((one, index) => ({ ...one, id: `${one.file} line ${one.line}, case ${index}` })),
    ({ latex }) =>
      differences.get(latex) ?? (variableCases.has(latex) ? "\\variable is a command of latex2sympy2 alone" : null),
    check,
  );
}
