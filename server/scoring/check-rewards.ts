/** Reward files held to the rules, as `reasoning-lab check` does it. */
import { workspaceSettings } from "../files/workspace-settings";
import { readText, sizeLimits, statsOf } from "../files/workspace-file";
import { measureExpressions } from "../processes/expression-timer";
import { discoverRewards } from "../rewards/discover";
import type { Expression, Measured } from "../rewards/lint/expressions";
import type { Finding, RewardRemark } from "../rewards/lint/finding";
import { expressionsIn, lintReward } from "../rewards/lint/lint";
import { readRuleSettings, type ReadSettings, type RuleSettings } from "../rewards/lint/rule-settings";
import type { Severity } from "../rewards/lint/rules";

/** Of a file that cannot be used at all, or a rule of `server/rewards/lint`. */
export type CheckedRule = Finding["rule"] | "does-not-load";

export interface CheckFinding extends Pick<Finding, "message" | "sample"> {
  readonly rule: CheckedRule;
  readonly severity: Exclude<Severity, "off">;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface CheckedFile {
  readonly file: string;
  readonly findings: readonly CheckFinding[];
}

/** The setting as the workspace's `.vscode/settings.json` has it, so that a terminal says what the editor says. */
export function workspaceRules(workspaceFolder: string): ReadSettings {
  const { of, problem } = workspaceSettings(workspaceFolder);
  const read = readRuleSettings(of("reasoningLab.rewards.rules") ?? {});
  return problem === null ? read : { ...read, problems: [problem, ...read.problems] };
}

export interface CheckOptions {
  /** Reward files, absolute. */
  readonly files: readonly string[];
  readonly settings: RuleSettings;
  /** What rollouts, or running it, say of a file's rewards; null: nothing was looked at. */
  readonly remarks: (file: string, source: string) => Promise<readonly RewardRemark[] | null>;
}

const keyOf = ({ source, flags }: Expression): string => JSON.stringify([source, flags]);

/** Everything that the rules find, file by file. Text alone: nothing of the files is executed but by `remarks`. */
export async function checkRewards({ files, settings, remarks }: CheckOptions): Promise<CheckedFile[]> {
  const sources = files.map((file) => ({ file, source: readText(file, sizeLimits.source) }));
  const expressions = sources.flatMap(({ source }) => expressionsIn(source, settings));
  const measured = await measureExpressions(expressions);
  const times = new Map<string, Measured | null>(
    expressions.map((expression, index) => [keyOf(expression), measured[index] ?? null]),
  );
  const checked: CheckedFile[] = [];
  for (const { file, source } of sources) {
    const known = await remarks(file, source);
    const findings = lintReward(source, {
      file,
      settings,
      exists: (path) => statsOf(path) !== null,
      measured: (expression) => times.get(keyOf(expression)),
      ...(known === null ? {} : { remarks: known }),
    });
    checked.push({
      file,
      findings: [...loadFindings(source), ...findings.flatMap((one) => placed(source, one, settings))],
    });
  }
  return checked;
}

function loadFindings(source: string): CheckFinding[] {
  const { rewards, problems } = discoverRewards(source);
  const of = (line: number, column: number, length: number, message: string): CheckFinding => ({
    rule: "does-not-load",
    severity: "error",
    line,
    column,
    endLine: line,
    endColumn: column + length,
    message,
    sample: null,
  });
  if (problems.length > 0)
    return problems.map(({ line, column, length, message }) => of(line, column, length, message));
  return rewards.length > 0
    ? []
    : [of(1, 1, 1, "This file exports no reward. Write: export const correct: Reward = …")];
}

function placed(source: string, finding: Finding, settings: RuleSettings): CheckFinding[] {
  const severity = settings.severity(finding.rule);
  if (severity === "off") return [];
  const at = (offset: number): { line: number; column: number } => {
    const before = source.slice(0, offset);
    const start = before.lastIndexOf("\n") + 1;
    return { line: before.split("\n").length, column: offset - start + 1 };
  };
  const [start, end] = [at(finding.offset), at(finding.offset + finding.length)];
  const { rule, message, sample } = finding;
  return [{ rule, severity, ...start, endLine: end.line, endColumn: end.column, message, sample }];
}
