/** Lenses over exported rewards and their errors at the line. */
import { DiagnosticSeverity } from "vscode-languageserver";
import type { CodeLens, Diagnostic } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { discoverRewards } from "../rewards/discover";
import { exportPlaces } from "../rewards/export-places";
import type { Refusal } from "./refused-versions";
import { resultText } from "./reward-results";
import type { RewardResult } from "./reward-results";
import { lspRange } from "./text";

/** `results` by the export's name. */
export type RewardResults = ReadonlyMap<string, RewardResult>;

/** What is known of a reward file beside its text. */
export interface RewardFacts {
  readonly results: RewardResults;
  /** What of the file a live run does not score with. */
  readonly refusals: readonly Refusal[];
}

/** A file that cannot be parsed has lenses of its refusals alone. */
export function rewardLenses(document: TextDocument, { results, refusals }: RewardFacts): CodeLens[] {
  const text = document.getText();
  const { rewards } = discoverRewards(text);
  const warnings = exportPlaces(text, rewards).flatMap((place) =>
    refusals.map((refusal): CodeLens => ({
      range: lspRange(document, place),
      command: {
        title: `$(warning) ${refusal.text}`,
        command: "reasoningLab.openCurves",
        arguments: [refusal.runFolder],
      },
    })),
  );
  const lenses = rewards.flatMap((reward): CodeLens[] => {
    const range = lspRange(document, reward);
    const result = results.get(reward.name);
    return [
      ...(result
        ? [
            {
              range,
              command: { title: resultText(result), command: "reasoningLab.openTraces", arguments: placeOf(result) },
            },
          ]
        : []),
      {
        range,
        command: {
          title: "$(beaker) Score samples",
          command: "reasoningLab.scoreSamples",
          arguments: [document.uri, reward.name],
        },
      },
    ];
  });
  return [...warnings, ...lenses];
}

/** Arguments of the command that opens the traces where the result comes from. */
const placeOf = ({ place }: RewardResult): unknown[] => (place === null ? [] : [place.folder, place.stage, place.step]);

export function rewardDiagnostics(document: TextDocument, { results, refusals }: RewardFacts): Diagnostic[] {
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
  return [...syntax, ...ran, ...cases, ...refused];
}
