/** Regular expressions that take their steps back. Candidates are found by their form; what counts is what was measured. */
import type { LintContext } from "./context";
import { attackTexts, type AttackText } from "./attack-texts";
import type { Finding } from "./finding";
import type { RuleSettings } from "./rule-settings";
import { calledName, type Node } from "./syntax";

/** What is to be measured of an expression. */
export interface Expression {
  readonly source: string;
  readonly flags: string;
  readonly texts: readonly AttackText[];
  /** From how many milliseconds on it counts as slow, and the longest text. */
  readonly milliseconds: number;
  readonly characters: number;
}

/** The slowest that was found. */
export interface Measured {
  readonly text: AttackText;
  readonly characters: number;
  readonly milliseconds: number;
  /** Whether it was ended before it was through. */
  readonly ended: boolean;
}

/** Undefined: not measured yet. Null: quick on every text. */
export type MeasuredExpression = (expression: Expression) => Measured | null | undefined;

interface FoundExpression {
  readonly node: Node;
  readonly expression: Expression;
}

/** Expressions of the file that repeat something without end. */
export function expressionsOf({ syntax }: LintContext, settings: RuleSettings): FoundExpression[] {
  const milliseconds = settings.threshold("slow-expression", "milliseconds");
  const characters = settings.threshold("slow-expression", "characters");
  return syntax.nodes.flatMap((node) => {
    const written = writtenExpression(node);
    const texts = written && attackTexts(written.source, written.flags);
    return written && texts ? [{ node, expression: { ...written, texts, milliseconds, characters } }] : [];
  });
}

function writtenExpression(node: Node): { readonly source: string; readonly flags: string } | null {
  if (node.type === "RegExpLiteral") return { source: node.pattern, flags: node.flags };
  if (calledName(node) !== "RegExp" || (node.type !== "NewExpression" && node.type !== "CallExpression")) return null;
  const [source, flags] = node.arguments;
  if (source?.type !== "StringLiteral" || (flags !== undefined && flags.type !== "StringLiteral")) return null;
  return { source: source.value, flags: flags?.value ?? "" };
}

export function expressionFindings(
  context: LintContext,
  settings: RuleSettings,
  measured: MeasuredExpression,
): Finding[] {
  return expressionsOf(context, settings).flatMap(({ node, expression }): Finding[] => {
    const found = measured(expression);
    if (!found) return [];
    const offset = node.start ?? 0;
    return [
      {
        rule: "slow-expression",
        offset,
        length: (node.end ?? 0) - offset,
        message: `This expression took ${timeText(found)} on ${textOf(found)}: a completion like that holds the reward up. Say what may not stand in a repeated part (/<answer>([^<]*)</), anchor it, or search with indexOf.`,
        fixes: [],
        sample: null,
      },
    ];
  });
}

const timeText = ({ milliseconds, ended }: Measured): string =>
  `${ended ? "more than " : ""}${milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds)} ms`}`;

function textOf({ text: { prefix, pump, suffix }, characters }: Measured): string {
  const shown = (text: string): string => JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);
  const begins = prefix === "" ? "" : `${shown(prefix)}, then `;
  const ends = suffix === "" ? "" : `, then ${shown(suffix)}`;
  return `${characters.toLocaleString("en")} characters of ${begins}${shown(pump)} again and again${ends}`;
}
