/** `reasoning-lab audit FILE.reward.ts`: attacks on rewards, and what they got. */
import { isFile } from "../files/workspace-file";
import { auditRewards } from "../audit/audit";
import { passes, type AuditFinding, type AuditReport } from "../protocol/audit";
import { newestRollouts } from "../audit/newest-rollouts";
import { resolve } from "node:path";
import { findRewardRuntime } from "../processes/runtime";
import { plural } from "../shared/plural";
import { messageOf, UserError } from "../shared/user-error";
import { auditText, findingText } from "../terminal/audit";
import { typedPath, typedReward } from "../terminal/command-text";
import { print, printError } from "../terminal/print";
import { command, required } from "./command";
import { choice, text, texts } from "./options";
import { workspaceOfFile } from "./places";
import { node } from "./run-options";

const formats = ["text", "json"] as const;

/** What is told of one finding that was asked for. */
function reproduced(report: AuditReport, id: string): AuditFinding {
  const found = report.findings.find((finding) => finding.id === id);
  if (found) return found;
  const known = report.findings.map((finding) => finding.id).join(", ");
  throw new UserError(`${id} is not found${known === "" ? "; nothing is" : `. What is found: ${known}`}.`);
}

export const auditCommand = command({
  name: "audit",
  summary: "attack a reward, and say what it pays for",
  details:
    "Completions are made for this reward and its data (the newest rollouts, the task of its recipe, its cases): empty ones, hedged ones,\nwrong ones in the right form, real ones with another answer. “proven”: --finding shows it again.\nFindings that are accepted stand in NAME.reward.audit.json, each with its reason.\nExit code 0: nothing proven that is not accepted; 1: something is, or the reward could not be run; 2: mistyped.",
  arguments: { reward: required("FILE.reward.ts, or one of its rewards as FILE.reward.ts#EXPORT") },
  options: {
    finding: text("id", "show this finding alone, in full: REWARD/ATTACK"),
    format: choice(formats, "how findings are written (default: text)"),
    env: texts("name", "an environment variable that rewards may see"),
    host: texts("host", "a host that rewards may reach"),
    key: texts("name", "an environment variable with a key that judges of rewards may use"),
    workspace: text("folder", "workspace folder of the reward"),
    node,
  },
  refused: 2,
  act: async (
    { reward },
    { finding, format = "text", env, host: hosts, key: keys, workspace, node: nodePath = "" },
    { installation, program },
  ) => {
    const typed = typedReward(reward);
    const file = resolve(typed.file);
    if (!file.endsWith(".reward.ts")) throw new UserError(`${reward} is no reward file: name a FILE.reward.ts.`);
    if (!isFile(file)) throw new UserError(`There is no reward file ${file}.`);
    const workspaceFolder = workspaceOfFile(file, workspace);
    const runtime = await findRewardRuntime(nodePath);
    if (!runtime.restricted) printError(`warning: ${runtime.reason}`);
    let report: AuditReport;
    try {
      report = await auditRewards({
        workspaceFolder,
        file,
        export: typed.name,
        installation,
        nodePath,
        rollouts: newestRollouts(workspaceFolder),
        program,
        typedFile: typedPath(file, process.cwd()),
        log: printError,
        env,
        hosts,
        keys,
      });
    } catch (error) {
      // The gate fails closed: what was not audited has not passed.
      if (!(error instanceof UserError)) throw error;
      printError(messageOf(error));
      return 1;
    }
    if (finding !== undefined) {
      print(findingText(reproduced(report, finding), { whole: true }));
      return 0;
    }
    if (format === "json")
      process.stdout.write(`${JSON.stringify({ version: 1, passes: passes(report), ...report }, null, 2)}\n`);
    else {
      print(auditText(report));
      for (const note of report.notes) printError(note);
      const open = report.findings.filter(({ verdict, accepted }) => verdict === "proven" && accepted === null);
      if (!passes(report))
        print(
          report.failures.length > 0
            ? "The audit failed: it could not be run as a whole."
            : `The audit failed: ${plural(open.length, "finding")} proven.`,
        );
    }
    return passes(report) ? 0 : 1;
  },
});
