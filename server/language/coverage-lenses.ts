/** Lenses at the returns of a reward that no stored rollout has reached: what they would pay has never been paid. */
import type { CodeLens } from "vscode-languageserver";
import type { CoveredReturn, RolloutCoverage } from "../protocol/coverage";

/** What was counted of a document, and of which version of it. */
export interface KnownCoverage {
  /** By the export's name. */
  of(uri: string): ReadonlyMap<string, RolloutCoverage>;
  counted(uri: string, name: string, coverage: RolloutCoverage): void;
  /** The text was edited: lines are others now. */
  edited(uri: string): void;
}

export function knownCoverage(): KnownCoverage {
  const known = new Map<string, ReadonlyMap<string, RolloutCoverage>>();
  return {
    of: (uri) => known.get(uri) ?? new Map(),
    counted: (uri, name, coverage) => void known.set(uri, new Map([...(known.get(uri) ?? []), [name, coverage]])),
    edited: (uri) => void known.delete(uri),
  };
}

/** Whether a return pays nothing, or says that the reward does not apply. */
const paysNothing = (text: string): boolean => /^return\s*(?:-?0(?:\.0+)?|null|undefined|void 0)?$/.test(text);

/** `return 0.5: 0 of 2,048 rollouts: this branch has never paid`. */
export function neverText({ text }: Pick<CoveredReturn, "text">, { calls, unit }: RolloutCoverage): string {
  const all = `0 of ${calls.toLocaleString("en")} ${unit}${calls === 1 ? "" : "s"}`;
  return `${text}: ${all}: this branch has never ${paysNothing(text) ? "been taken" : "paid"}`;
}

/** `file`: path of the document. */
export function coverageLenses(uri: string, file: string, known: KnownCoverage): CodeLens[] {
  return [...known.of(uri)].flatMap(([name, coverage]) => {
    // Of a reward that was never called nothing is known.
    if (coverage.calls === 0) return [];
    const returns = coverage.files.find((one) => one.file === file)?.returns ?? [];
    return returns
      .filter(({ count, reward }) => count === 0 && reward === name)
      .map((one): CodeLens => ({
        range: { start: one.start, end: one.end },
        command: {
          title: `$(circle-slash) ${neverText(one, coverage)}`,
          command: "reasoningLab.coverRollouts",
          arguments: [uri, name],
        },
      }));
  });
}
