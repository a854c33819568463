/** What of a reward ran, as VS Code's test coverage: from cases, each by itself, and from the newest rollouts. */
import * as vscode from "vscode";
import type { CoveredFile, RolloutCoverage } from "../../server/protocol/coverage";
import { plural } from "../../server/shared/plural";
import { messageOf } from "../../server/shared/user-error";
import type { LabApi } from "../lab-api";
import { nextRun, outputLine, showOutcome, showProblems, type WantedCases } from "./test-run";

const rangeOf = ({ start, end }: Pick<CoveredFile["statements"][number], "start" | "end">): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);

/** Lines, branches and functions of a file, with the times that each ran. */
function detailsOf({ statements, functions }: CoveredFile): vscode.FileCoverageDetail[] {
  return [
    ...statements.map(
      (one) =>
        new vscode.StatementCoverage(
          one.count,
          rangeOf(one),
          one.branches.map((branch) => new vscode.BranchCoverage(branch.count, rangeOf(branch), branch.label)),
        ),
    ),
    ...functions.map((one) => new vscode.DeclarationCoverage(one.name, one.count, rangeOf(one))),
  ];
}

/** What is known of the files of runs, for who asks for details later. */
export interface CoverageDetails {
  /** Shows files in a run; `byTest`: what each test ran. */
  add(
    run: vscode.TestRun,
    files: readonly CoveredFile[],
    byTest?: readonly { readonly item: vscode.TestItem; readonly files: readonly CoveredFile[] }[],
  ): void;
  readonly load: NonNullable<vscode.TestRunProfile["loadDetailedCoverage"]>;
  readonly loadForTest: NonNullable<vscode.TestRunProfile["loadDetailedCoverageForTest"]>;
}

/** Whether something of a file ran that is more than its module being loaded. */
const ranIn = (files: readonly CoveredFile[], file: string): boolean =>
  files.some((one) => one.file === file && one.functions.some(({ count }) => count > 0));

export function coverageDetails(): CoverageDetails {
  const details = new WeakMap<vscode.FileCoverage, vscode.FileCoverageDetail[]>();
  const ofTests = new WeakMap<vscode.FileCoverage, ReadonlyMap<string, vscode.FileCoverageDetail[]>>();
  return {
    add(run, files, byTest = []) {
      for (const file of files) {
        const all = detailsOf(file);
        const summed = vscode.FileCoverage.fromDetails(vscode.Uri.file(file.file), all);
        const tests = byTest.filter((one) => ranIn(one.files, file.file));
        const shown = new vscode.FileCoverage(
          summed.uri,
          summed.statementCoverage,
          summed.branchCoverage,
          summed.declarationCoverage,
          tests.map(({ item }) => item),
        );
        details.set(shown, all);
        ofTests.set(
          shown,
          new Map(
            tests.map(({ item, files: ran }) => [
              item.id,
              ran.filter((one) => one.file === file.file).flatMap((one) => detailsOf(one)),
            ]),
          ),
        );
        run.addCoverage(shown);
      }
    },
    load: (_run, file) => Promise.resolve(details.get(file) ?? []),
    loadForTest: (_run, file, item) => Promise.resolve(ofTests.get(file)?.get(item.id) ?? []),
  };
}

/** Runs the cases of one file and shows what they ran. */
export async function coverFile(
  api: LabApi,
  run: vscode.TestRun,
  { file, cases }: WantedCases,
  details: CoverageDetails,
): Promise<void> {
  const id = nextRun();
  const open = new Map(cases.map(({ line, item }) => [line, item]));
  for (const { item } of cases) run.started(item);
  try {
    const all = cases.length === file.cases.length;
    const lines = all ? null : cases.map(({ line }) => line);
    const { outcomes, problems, files, byCase } = await api.ask(
      "coverCases",
      { uri: file.uri.toString(), run: id, rewards: null, lines },
      run.token,
    );
    for (const outcome of outcomes) {
      open.delete(outcome.line);
      showOutcome(run, file, outcome);
    }
    if (all) showProblems(run, file, problems);
    details.add(
      run,
      files,
      byCase.flatMap(({ line, files: ran }) => {
        const found = file.cases.find((one) => one.line === line);
        return found ? [{ item: found.item, files: ran }] : [];
      }),
    );
  } catch (error) {
    if (run.token.isCancellationRequested) return;
    run.appendOutput(outputLine(messageOf(error)));
    for (const item of open.values()) run.errored(item, new vscode.TestMessage(messageOf(error)));
    open.clear();
  } finally {
    for (const item of open.values()) run.skipped(item);
  }
}

/** `correct: 512 rollouts, 1 of 4 returns never reached`. */
export function rolloutText(reward: string, uri: vscode.Uri, { calls, unit, files, notes }: RolloutCoverage): string {
  const returns = files
    .filter(({ file }) => file === uri.fsPath)
    .flatMap((one) => one.returns.filter((each) => each.reward === reward));
  const never = returns.filter(({ count }) => count === 0).length;
  const part =
    never === 0 ? "every return was reached" : `${never} of ${plural(returns.length, "return")} never reached`;
  return [`${reward}: ${plural(calls, unit)}, ${part}`, ...notes].join(" · ");
}
