/** `reasoning-lab check`: reward files held to the rules. */
import { readText, sizeLimits } from "../files/workspace-file";
import { productVersion } from "../processes/installation";
import { readRuleSettings, type RuleSettings } from "../rewards/lint/rule-settings";
import { checkRewards, workspaceRules, type CheckedFile, type CheckFinding } from "../scoring/check-rewards";
import { remarksOfNewestRun } from "../scoring/rollout-scores";
import { plural } from "../shared/plural";
import { UserError } from "../shared/user-error";
import { typedPath } from "../terminal/command-text";
import { print, printError } from "../terminal/print";
import { sarifText } from "../terminal/sarif";
import { command, several } from "./command";
import { choice, text, texts } from "./options";
import { workspaceOfFile } from "./places";
import { typedRewardFiles } from "./reward-files";

const formats = ["text", "json", "sarif"] as const;
const failing = ["error", "warning", "information"] as const;

/** `--rule ID=SEVERITY`, over what the workspace's settings say. */
function typedRules(typed: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    typed.map((one) => {
      const [id, severity] = one.split("=");
      if (!id || !severity) throw new UserError(`--rule is RULE=SEVERITY, for example ceiling=off; not "${one}".`);
      return [id, severity];
    }),
  );
}

const shown = (path: string): string => typedPath(path, process.cwd());

const lineOf = (file: string, { line, column, severity, rule, message }: CheckFinding): string =>
  `${shown(file)}:${line}:${column}: ${severity}: ${message} [${rule}]`;

function textReport(checked: readonly CheckedFile[]): void {
  for (const { file, findings } of checked) for (const finding of findings) print(lineOf(file, finding));
  const all = checked.flatMap(({ findings }) => findings);
  const count = (severity: CheckFinding["severity"]): number => all.filter((one) => one.severity === severity).length;
  print(
    all.length === 0
      ? `${plural(checked.length, "file")}: nothing found`
      : `${plural(checked.length, "file")}: ${plural(count("error"), "error")}, ${plural(count("warning"), "warning")}, ${count("information")} for information`,
  );
}

export const checkCommand = command({
  name: "check",
  summary: "hold reward files to the rules of docs/reward-rules.md",
  details:
    "Without FILES: all reward files of the current folder. Severities and thresholds are those of the setting\nreasoningLab.rewards.rules in the workspace's .vscode/settings.json. What the newest rollouts of the workspace say is told, too.\nNothing of the files is executed.\nExit code 1: something was found (see --fail-on); 2: mistyped, or there is no such file.",
  arguments: { files: several("FILE.reward.ts, or a folder") },
  options: {
    format: choice(formats, "how findings are written (default: text); sarif: SARIF 2.1.0"),
    failOn: choice(failing, "least severity with which the exit code is 1 (default: warning)"),
    rule: texts("rule=severity", "another severity for a rule: error, warning, information or off"),
    workspace: text("folder", "workspace folder of the rewards"),
  },
  refused: 2,
  act: async ({ files: typed }, { format = "text", failOn = "warning", rule, workspace }, { installation }) => {
    const files = typedRewardFiles(typed);
    // Read before anything is said: what cannot be read is misuse.
    for (const file of files) readText(file, sizeLimits.source);
    const workspaceFolder = workspaceOfFile(files[0]!, workspace);
    const ofWorkspace = workspaceRules(workspaceFolder);
    const ofCommand = readRuleSettings(typedRules(rule));
    const [problem] = ofCommand.problems;
    if (problem !== undefined) throw new UserError(problem.replace("reasoningLab.rewards.rules", "--rule"));
    for (const told of ofWorkspace.problems) printError(`warning: ${told}`);
    const overridden = new Set(Object.keys(typedRules(rule)));
    const settings: RuleSettings = {
      ...ofWorkspace.settings,
      severity: (id) => (overridden.has(id) ? ofCommand.settings : ofWorkspace.settings).severity(id),
    };
    const checked = await checkRewards({
      files,
      settings,
      remarks: (file, source) => Promise.resolve(remarksOfNewestRun(workspaceFolder, file, source, settings)),
    });
    if (format === "text") textReport(checked);
    else if (format === "sarif")
      process.stdout.write(sarifText(checked, workspaceFolder, productVersion(installation)));
    else process.stdout.write(`${JSON.stringify({ version: 1, files: checked }, null, 2)}\n`);
    const limit = failing.indexOf(failOn);
    const failed = checked.some(({ findings }) => findings.some(({ severity }) => failing.indexOf(severity) <= limit));
    return failed ? 1 : 0;
  },
});
