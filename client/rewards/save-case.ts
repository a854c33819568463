/** *Save as Reward Case*: a rollout becomes a line of its reward's file of cases, with the score it gets or one that somebody types. */
import * as vscode from "vscode";
import * as z from "zod";
import { groupPlaceSchema, type TraceTokensParams } from "../../server/protocol/editor";
import { plural } from "../../server/shared/plural";
import { named } from "../../server/shared/unseen";
import { messageOf, UserError } from "../../server/shared/user-error";
import { commands } from "../command-ids";
import { registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import type { RunList } from "../runs/run-list";
import { appendLine } from "./append-line";

const placeSchema = groupPlaceSchema.extend({ sample: z.int() });

export function registerSaveCase(context: vscode.ExtensionContext, api: LabApi, runs: RunList): void {
  registerCommand(context, commands.saveRewardCase, async (target) => {
    const place = placeSchema.safeParse(target).data ?? (await pickRollout(api, runs));
    if (place) await saveCase(api, place);
  });
}

/** A rollout as a list shows it. */
const short = (text: string): string => {
  const line = named(text.replace(/\s+/g, " ").trim());
  return line.length > 120 ? `${line.slice(0, 60)}…${line.slice(-59)}` : line;
};

/** Groups and rollouts that a list offers: of the newest step. */
const mostOffered = 50;

/** A rollout of the newest step that has any; undefined: none was picked. */
export async function pickRollout(api: LabApi, runs: RunList): Promise<TraceTokensParams | undefined> {
  for (const { folder } of runs.entries()) {
    const steps = await api.ask("traceSteps", { folder });
    const newest = steps.findLast(({ purpose }) => purpose === "train") ?? steps.at(-1);
    if (!newest) continue;
    const { stage, step, purpose } = newest;
    const filter = { stage, step, purpose, group: null, text: "", where: "" } as const;
    const { groups } = await api.ask("traceGroups", { folder, filter, offset: 0, limit: mostOffered });
    const picked = await vscode.window.showQuickPick(
      groups.map((group) => ({
        label: short(group.prompt),
        description: plural(group.samples, "sample"),
        group: group.group,
      })),
      { title: `${stage}, step ${step}`, placeHolder: "Of which prompt?", matchOnDescription: true },
    );
    if (!picked) return undefined;
    const key = { folder, stage, step, purpose, group: picked.group };
    const samples = await api.ask("traceGroup", key);
    const sample = await vscode.window.showQuickPick(
      samples.map((one) => ({
        label: `#${one.sample}`,
        description: one.reward === null ? "no reward" : `reward ${one.reward}`,
        detail: short(one.completion),
        sample: one.sample,
      })),
      { placeHolder: "Which rollout?", matchOnDetail: true },
    );
    return sample && { ...key, sample: sample.sample };
  }
  throw new UserError("No run has rollouts yet: run a stage with rewards first.");
}

/** The reward that a rollout is to be a case of; undefined: none was picked. */
async function pickReward(rewards: readonly string[]): Promise<string | undefined> {
  if (rewards.length === 0)
    throw new UserError("The recipe of this run names no reward file of this workspace: there is no file of cases.");
  if (rewards.length === 1) return rewards[0];
  return vscode.window.showQuickPick([...rewards], { placeHolder: "A case of which reward?" });
}

async function saveCase(api: LabApi, place: TraceTokensParams): Promise<void> {
  const { rewards } = await api.ask("caseOffer", { ...place, reward: null });
  const reward = await pickReward(rewards);
  if (reward === undefined) return;
  const expect = await pickExpectation(api, place, reward);
  if (expect === undefined) return;
  const { file, line } = await api.ask("caseText", { ...place, reward, expect });
  await appendLine(vscode.Uri.file(file), line);
}

/** What the case is to expect, as JSON; undefined: nothing was chosen. */
async function pickExpectation(api: LabApi, place: TraceTokensParams, reward: string): Promise<string | undefined> {
  const { now, recorded, reason } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `Scoring with ${reward}` },
    () => api.ask("caseOffer", { ...place, reward }),
  );
  const typed = { label: "$(edit) Type what it must say…", expect: null };
  const picked = await vscode.window.showQuickPick(
    [
      ...(now === null ? [] : [{ label: now, description: "what the reward says now", expect: now }]),
      ...(recorded === null || recorded === now
        ? []
        : [{ label: recorded, description: "what it said in the run", expect: recorded }]),
      typed,
    ],
    {
      title: `Save as a case of ${reward}`,
      placeHolder: now === null ? `It cannot be scored now: ${reason ?? ""}` : "What must the reward say of it?",
    },
  );
  if (!picked) return undefined;
  if (picked.expect !== null) return picked.expect;
  return vscode.window.showInputBox({
    title: `What must ${reward} say of this rollout?`,
    prompt: 'A number, [min, max], null where it does not apply, or "error".',
    value: now ?? recorded ?? "1",
    validateInput: async (expect) => {
      try {
        await api.ask("caseText", { ...place, reward, expect });
        return undefined;
      } catch (error) {
        return messageOf(error);
      }
    },
  });
}
