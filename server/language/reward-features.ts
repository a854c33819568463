/** Lenses over exported rewards and their errors at the line. */
import { DiagnosticSeverity } from "vscode-languageserver";
import type { CodeLens, Diagnostic } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import * as z from "zod";
import { discoverRewards } from "../rewards/discover";
import { exportPlaces } from "../rewards/export-places";
import type { LensPlaces } from "./lens-places";
import type { RewardFacts } from "./reward-facts";
import { rewardLensSources } from "./reward-lens-sources";
import { lspRange } from "./text";

/** Lenses without their words, which {@link resolvedLens} gives them when they are on the screen; those of refusals have theirs. */
export function rewardLenses(document: TextDocument, facts: RewardFacts, places: LensPlaces): CodeLens[] {
  const text = document.getText();
  const { placed } = places.of(document);
  const warnings = exportPlaces(text, placed).flatMap((place) =>
    facts.refusals.map((refusal): CodeLens => ({
      range: lspRange(document, place),
      command: {
        title: `$(warning) ${refusal.text}`,
        command: "reasoningLab.openCurves",
        arguments: [refusal.runFolder],
      },
    })),
  );
  const lenses = placed.flatMap((reward) =>
    rewardLensSources
      .filter(({ offered }) => offered({ uri: document.uri, name: reward.name, facts }))
      .map(({ id }): CodeLens => {
        const data: LensData = { uri: document.uri, name: reward.name, source: id };
        return { range: lspRange(document, reward), data };
      }),
  );
  return [...warnings, ...lenses];
}

const lensDataSchema = z.object({ uri: z.string(), name: z.string(), source: z.string() });
type LensData = z.infer<typeof lensDataSchema>;

/** The document that a lens without words is of; null: it is none of a reward. */
export const lensDocument = ({ data }: CodeLens): string | null => lensDataSchema.safeParse(data).data?.uri ?? null;

/** A lens with what it says and does. */
export async function resolvedLens(lens: CodeLens, facts: RewardFacts): Promise<CodeLens> {
  const { data } = lensDataSchema.safeParse(lens.data);
  const source = rewardLensSources.find(({ id }) => id === data?.source);
  return data && source ? { ...lens, command: await source.command({ uri: data.uri, name: data.name, facts }) } : lens;
}

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
