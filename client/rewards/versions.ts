/** Versions of rewards that a run keeps: their sources as documents that cannot be edited, and what changed between two of them. */
import { basename, posix } from "node:path";
import * as vscode from "vscode";
import * as z from "zod";
import type { Given } from "../../server/protocol/methods";
import { versionChanges, type KeptFile, type KeptVersion } from "../../server/protocol/reward-versions";
import { plural } from "../../server/shared/plural";
import { UserError } from "../../server/shared/user-error";
import { showInformation, showWarning } from "../messages";
import type { LabApi } from "../lab-api";

const scheme = "reasoning-lab-kept";
const querySchema = z.object({ folder: z.string(), hash: z.string().nullable() });

/** Files of a change that are opened; of one with more it is said. */
const mostDiffs = 6;

/** Call once at activation. */
export function registerRewardVersions(context: vscode.ExtensionContext, api: LabApi): void {
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      async provideTextDocumentContent({ query }) {
        const { folder, hash } = querySchema.parse(JSON.parse(query));
        // What a version does not have is nothing beside what the other has.
        return hash === null ? "" : (await api.ask("readKeptReward", { folder, hash })).text;
      },
    }),
  );
}

/** A kept file as a document; its name and language are those of the path that it had. */
function uriOf(folder: string, { number }: KeptVersion, path: string, file: KeptFile | null): vscode.Uri {
  return vscode.Uri.from({
    scheme,
    path: posix.join("/", `v${number}`, path),
    query: JSON.stringify({ folder, hash: file?.hash ?? null }),
  });
}

async function versionsOf(api: LabApi, folder: string): Promise<readonly KeptVersion[]> {
  const { versions, problem } = await api.ask("readRewardVersions", { folder });
  if (versions.length === 0 && problem !== null) throw new UserError(problem);
  return versions;
}

function found(versions: readonly KeptVersion[], hash: string): KeptVersion {
  const version = versions.find((one) => one.hash === hash);
  if (version) return version;
  throw new UserError(
    `This run does not keep the source of that version of its rewards (${hash.slice(0, 8)}): it was recorded before Reasoning Lab kept them, or its rewards/ folder was deleted.`,
  );
}

/** Opens what differs between two versions of a run's rewards, a tab a file. Throws an Error for people. */
export async function openRewardChange(
  api: LabApi,
  { folder, before, after }: Given<"openRewardChange">,
): Promise<void> {
  const versions = await versionsOf(api, folder);
  const [old, edited] = [found(versions, before), found(versions, after)];
  const { files, packages } = versionChanges(old, edited);
  const isKept = (file: KeptFile | null): boolean => file?.kept !== false;
  const shown = files.filter((file) => isKept(file.before) && isKept(file.after));
  for (const { path, before: left, after: right } of shown.slice(0, mostDiffs))
    await vscode.commands.executeCommand(
      "vscode.diff",
      uriOf(folder, old, path, left),
      uriOf(folder, edited, path, right),
      `${basename(path)} (v${old.number} ↔ v${edited.number})`,
      { preview: false } satisfies vscode.TextDocumentShowOptions,
    );
  const large = files.filter((file) => !shown.includes(file)).map(({ path }) => path);
  const said = [
    ...(packages.length > 0 ? [`Beside the reward's files: ${packages.join("; ")}.`] : []),
    ...(large.length > 0 ? [`Changed, and too large to keep: ${large.join(", ")}.`] : []),
    ...(shown.length > mostDiffs ? [`${plural(shown.length - mostDiffs, "more file")} changed.`] : []),
  ];
  if (said.length > 0) void (large.length > 0 ? showWarning : showInformation)(said.join(" "));
  else if (files.length === 0) void showInformation(`v${old.number} and v${edited.number} are made of the same files.`);
}

/** Opens a reward as it was when it scored, at its export. Throws an Error for people. */
export async function openRewardSource(
  api: LabApi,
  { folder, hash, reward }: Given<"openRewardSource">,
): Promise<void> {
  const version = found(await versionsOf(api, folder), hash);
  const reference = Object.keys(version.rewards).find((one) => one.slice(one.lastIndexOf("#") + 1) === reward);
  const name = posix.basename((reference ?? "").replace(/#[^#]*$/, ""));
  const file = version.files.find(({ path }) => posix.basename(path) === name);
  if (!file) throw new UserError(`v${version.number} of the rewards keeps no file of "${reward}".`);
  if (!file.kept) throw new UserError(`${file.path} of v${version.number} was too large to keep.`);
  const document = await vscode.workspace.openTextDocument(uriOf(folder, version, file.path, file));
  const lines = document.getText().split("\n");
  const line = Math.max(
    0,
    lines.findIndex((text) => text.startsWith("export") && text.split(/[^\w$]+/).includes(reward)),
  );
  const at = new vscode.Position(line, 0);
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preview: true,
    selection: new vscode.Range(at, at),
  });
}
