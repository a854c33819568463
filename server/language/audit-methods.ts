/** Answers about audits of rewards: they run when a person asks, and are kept until the window is reloaded. */
import { relative, sep } from "node:path";
import { accept } from "../audit/accepted";
import { auditRewards } from "../audit/audit";
import { lineThatRan } from "../audit/line-that-ran";
import { findingAsCase } from "../audit/finding-as-case";
import { pathOfUri } from "../files/path-of-uri";
import { statsOf } from "../files/workspace-file";
import type { AuditFinding, AuditReport, AuditView } from "../protocol/audit";
import type { Handlers } from "../protocol/methods";
import type { RewardRemark } from "../rewards/lint/finding";
import { casesFile } from "../rewards/cases";
import { UserError } from "../shared/user-error";
import type { RunHandlers, RunOptions } from "../launch/run";
import type { TraceAsker } from "./ask-traces";
import { folderOf, needTrust } from "./request-guards";
import { isReward } from "./text";

interface AuditState {
  readonly options: () => RunOptions;
  readonly trusted: () => boolean;
  readonly folders: () => readonly string[];
  readonly handlers: RunHandlers;
  readonly traces: TraceAsker;
  readonly changed: () => void;
  /** What running a reward says of it stands in its file, too. */
  readonly remark: (file: string, remarks: readonly RewardRemark[]) => void;
}

type AuditMethod = "auditReward" | "readAudit" | "acceptFinding" | "auditCase" | "auditPlace";

interface Kept {
  readonly report: AuditReport;
  /** Stamp of the reward file when it was audited. */
  readonly stamp: string;
}

const stampOf = (file: string): string => {
  const stats = statsOf(file);
  return stats === null ? "none" : `${stats.mtimeMs} ${stats.size}`;
};

/** Scores that the order of samples decides. */
const orderRemarks = ({ findings }: AuditReport): RewardRemark[] =>
  findings.flatMap(({ attack, reward, message }) =>
    reward !== null && (attack === "depends-on-order" || attack === "not-repeatable")
      ? [{ rule: "depends-on-order" as const, reward, message: `The audit ran it twice. ${message}`, sample: null }]
      : [],
  );

export function auditMethods(state: AuditState): Handlers<AuditMethod> {
  const kept = new Map<string, Kept>();
  const fileOf = (uri: string): string => {
    if (!isReward(uri)) throw new UserError(`${uri} is no reward file.`);
    const file = pathOfUri(uri);
    folderOf(state, file);
    return file;
  };
  const viewOf = (file: string, { report, stamp }: Kept): AuditView => ({
    report,
    name: relative(folderOf(state, file), file).split(sep).join("/"),
    outdated: stampOf(file) !== stamp,
  });
  const findingOf = (file: string, id: string): AuditFinding => {
    const found = kept.get(file)?.report.findings.find((finding) => finding.id === id);
    if (!found) throw new UserError(`The audit of ${file} has no finding ${id} any more. Audit the reward again.`);
    return found;
  };
  return {
    auditReward: async ({ uri }) => {
      needTrust(state, "An audit");
      const file = fileOf(uri);
      const workspaceFolder = folderOf(state, file);
      const { installation, nodePath } = state.options();
      const stamp = stampOf(file);
      const report = await auditRewards({
        workspaceFolder,
        file,
        export: null,
        installation,
        nodePath,
        rollouts: await state.traces.ask("auditRollouts", { folder: workspaceFolder }),
        program: "reasoning-lab",
        typedFile: relative(workspaceFolder, file).split(sep).join("/"),
        log: (text) => state.handlers.log?.("info", text),
      });
      const audited = { report, stamp };
      kept.set(file, audited);
      state.remark(file, orderRemarks(report));
      state.changed();
      return viewOf(file, audited);
    },
    readAudit: ({ uri }) => {
      const file = fileOf(uri);
      const found = kept.get(file);
      return found ? viewOf(file, found) : null;
    },
    acceptFinding: ({ uri, finding, reason }) => {
      needTrust(state, "Accepting a finding");
      const file = fileOf(uri);
      const { id } = findingOf(file, finding);
      accept(file, id, reason);
      const { report, stamp } = kept.get(file)!;
      const accepted = reason.trim() === "" ? null : reason.trim();
      const findings = report.findings.map((one) => (one.id === id ? { ...one, accepted } : one));
      const next = { report: { ...report, findings }, stamp };
      kept.set(file, next);
      return viewOf(file, next);
    },
    auditCase: ({ uri, finding }) => {
      const file = fileOf(uri);
      return { file: casesFile(file), line: findingAsCase(findingOf(file, finding)) };
    },
    auditPlace: async ({ uri, finding }) => {
      needTrust(state, "An audit");
      const file = fileOf(uri);
      const found = findingOf(file, finding);
      const { installation, nodePath } = state.options();
      const { reward, sample } = found;
      if (reward === null) return { file, line: found.line };
      const { prompt, answer, row, completion } = sample;
      const ran = await lineThatRan(
        { workspaceFolder: folderOf(state, file), file, installation, nodePath },
        { reward, group: { prompt, answer, row, completions: [completion] } },
      );
      return { file, line: ran ?? found.line };
    },
  };
}
