/** What is wrong with a reward file, at its line: what ran and failed, what a live run refuses, and what rules find. */
import { DiagnosticSeverity } from "vscode-languageserver";
import type { Diagnostic } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { discoverRewards } from "../rewards/discover";
import { exportPlaces } from "../rewards/export-places";
import { strayText } from "../processes/rewards/stray-errors";
import type { RewardFacts } from "./reward-facts";
import { lspRange } from "./text";

export function rewardDiagnostics(
  document: TextDocument,
  { results, refusals, strays = [] }: RewardFacts,
): Diagnostic[] {
  const source = document.getText();
  const { rewards, problems } = discoverRewards(source);
  const lines = source.split("\n");
  const atLine = (line: number): Diagnostic["range"] => {
    const text = lines[line - 1]?.replace(/\r$/, "") ?? "";
    return {
      start: { line: line - 1, character: text.length - text.trimStart().length },
      end: { line: line - 1, character: text.length },
    };
  };
  const ran = rewards.flatMap((reward) => {
    const result = results.get(reward.name);
    return (result?.errorList ?? []).map((error) => ({
      range: error.line !== null && error.line <= lines.length ? atLine(error.line) : lspRange(document, reward),
      severity: DiagnosticSeverity.Error,
      source: "Reasoning Lab",
      message:
        `${reward.name}: ${error.message} (${error.count} of ${result!.samples} samples). ` +
        "Samples with an error are left out, not scored 0.",
    }));
  });
  const thrown = rewards.flatMap((reward) => {
    const own = [...strays, ...(results.get(reward.name)?.strays ?? [])].filter((one) => one.reward === reward.name);
    const once = new Map(own.map((one) => [`${one.line} ${one.message}`, one]));
    return [...once.values()].map((one) => ({
      range: one.line !== null && one.line <= lines.length ? atLine(one.line) : lspRange(document, reward),
      severity: DiagnosticSeverity.Warning,
      source: "Reasoning Lab",
      message: strayText(one),
    }));
  });
  const cases = rewards.flatMap((reward) =>
    (results.get(reward.name)?.failedCases ?? []).map((failed) => ({
      range: lspRange(document, reward),
      severity: DiagnosticSeverity.Warning,
      source: "Reasoning Lab",
      message: `${reward.name}: the case at line ${failed.line} expects ${failed.expected} but got ${failed.actual}.`,
    })),
  );
  const syntax = problems.map((problem) => ({
    range: lspRange(document, problem),
    severity: DiagnosticSeverity.Error,
    source: "Reasoning Lab",
    message: problem.message,
  }));
  const refused = refusals.map(({ text, message, line }) => ({
    range: line !== null && line <= lines.length ? atLine(line) : lspRange(document, exportPlaces(source, rewards)[0]!),
    severity: DiagnosticSeverity.Warning,
    source: "Reasoning Lab",
    message: `${text} until a version that works is saved. ${message}`,
  }));
  return [...syntax, ...ran, ...thrown, ...cases, ...refused];
}
