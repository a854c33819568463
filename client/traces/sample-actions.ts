/** What a page asks to be done with a rollout: its row as a document, its text on the clipboard, the line of a reward that paid for it. */
import { posix } from "node:path";
import * as vscode from "vscode";
import * as z from "zod";
import { groupPlaceSchema } from "../../server/protocol/editor";
import type { Given } from "../../server/protocol/methods";
import { openPlace } from "../failures";
import { showInformation } from "../messages";
import type { LabApi } from "../lab-api";

const scheme = "reasoning-lab-rollout";
const placeSchema = groupPlaceSchema.extend({ sample: z.int() });

/** Call once at activation: rows of rollouts as documents that cannot be edited. */
export function registerRolloutRows(context: vscode.ExtensionContext, api: LabApi): void {
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      async provideTextDocumentContent({ query }) {
        const place = placeSchema.parse(JSON.parse(query));
        return (await api.ask("rolloutText", { ...place, format: "row" })).text;
      },
    }),
  );
}

export async function openRawRow(place: Given<"openRawRow">): Promise<void> {
  const { stage, step, group, sample } = place;
  const uri = vscode.Uri.from({
    scheme,
    path: posix.join("/", `${stage.replaceAll(/[^\w-]/g, "_")}-${step}-group-${group}-sample-${sample}.json`),
    query: JSON.stringify(place),
  });
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}

export async function copyRollout(api: LabApi, place: Given<"copyRollout">): Promise<void> {
  const { text } = await api.ask("rolloutText", place);
  await vscode.env.clipboard.writeText(text);
}

export async function openPaidLine(api: LabApi, place: Given<"openPaidLine">): Promise<void> {
  const { file, line, note } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `Finding the line of ${place.reward} that paid` },
    () => api.ask("paidLine", place),
  );
  await openPlace({ file, line, column: 1 }, { beside: true });
  if (note !== null) void showInformation(note);
}
