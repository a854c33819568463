/** What a reward file's text says of its rewards: all rules that need nothing else. Nothing is executed. */
import { caughtFindings } from "./caught";
import { chanceFindings } from "./chance";
import { readContext, reachableFunctions, type LintContext } from "./context";
import { emptyTextFindings } from "./empty-text";
import { expressionFindings, expressionsOf, type Expression, type MeasuredExpression } from "./expressions";
import type { Finding, RewardRemark } from "./finding";
import { goldFindings } from "./gold";
import { importFindings, type Exists } from "./imports";
import { inputFindings } from "./inputs";
import { kindReader } from "./kinds";
import { originReader } from "./origins";
import { rangeFindings } from "./range";
import { returnFindings } from "./returns";
import { ruleOf } from "./rules";
import type { RuleSettings } from "./rule-settings";
import { withoutSuppressed } from "./suppressions";
import { waitingFindings } from "./waiting";

export interface LintSurroundings {
  /** The reward file, absolute. */
  readonly file: string;
  readonly settings: RuleSettings;
  readonly exists: Exists;
  readonly measured: MeasuredExpression;
  /** What is known from rollouts, or from running it. Unset: nothing was looked at. */
  readonly remarks?: readonly RewardRemark[];
}

/** Files whose findings are worked out anew with each key press. */
const longestLinted = 300_000;

function findingsOf(context: LintContext, { file, settings, exists, measured }: LintSurroundings): Finding[] {
  const kinds = kindReader(context);
  const origins = originReader(context);
  const reachable = new Set(context.rewards.flatMap((reward) => [...reachableFunctions(context, reward.function)]));
  return [
    ...returnFindings(context, kinds),
    ...inputFindings(context),
    ...chanceFindings(context, origins),
    ...expressionFindings(context, settings, measured),
    ...emptyTextFindings(context, kinds, origins),
    ...goldFindings(context, kinds, origins),
    ...caughtFindings(context, kinds, reachable),
    ...waitingFindings(context, reachable),
    ...importFindings(context, file, exists),
    ...rangeFindings(context),
  ];
}

const atRewards = ({ rewards }: LintContext, remarks: readonly RewardRemark[]): Finding[] =>
  remarks.flatMap(({ reward, ...remark }) =>
    rewards
      .filter(({ name }) => name === reward)
      .map(({ offset, length }): Finding => ({ ...remark, offset, length, fixes: [] })),
  );

/** In the order of the text; what a comment or the settings leave out is left out. */
export function lintReward(source: string, surroundings: LintSurroundings): readonly Finding[] {
  const context = source.length > longestLinted ? null : readContext(source);
  if (context === null) return [];
  const { settings, remarks } = surroundings;
  const found = [...findingsOf(context, surroundings), ...atRewards(context, remarks ?? [])];
  const enabled = found.filter(({ rule }) => settings.severity(rule) !== "off");
  const left = withoutSuppressed(
    context.syntax,
    enabled,
    (rule) => settings.severity(rule) !== "off" && (ruleOf(rule).from === "text" || remarks !== undefined),
  );
  return left
    .filter(({ rule }) => settings.severity(rule) !== "off")
    .toSorted((a, b) => a.offset - b.offset || a.length - b.length);
}

/** What has to be measured for {@link lintReward}. */
export function expressionsIn(source: string, settings: RuleSettings): Expression[] {
  const context =
    source.length > longestLinted || settings.severity("slow-expression") === "off" ? null : readContext(source);
  return context === null ? [] : expressionsOf(context, settings).map(({ expression }) => expression);
}
