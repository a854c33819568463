/** Where the reward failed that paused a run: in its newest rollouts with errors. */
import type { RunEntry } from "../../server/protocol/editor";
import type { OpenRemedy } from "../../server/protocol/remedy";
import type { Ask } from "../../server/protocol/requests";
import { fileWithin } from "../webview/answers";

interface Reader {
  readonly ask: Ask<"traceGroups" | "traceGroup">;
}

/** Null: no error of the run names a file. */
export async function rewardErrorOf(
  api: Reader,
  { folder, workspaceFolder }: Pick<RunEntry, "folder" | "workspaceFolder">,
): Promise<OpenRemedy | null> {
  const filter = { stage: null, step: null, purpose: null, group: null, text: "", where: "error" } as const;
  const { groups } = await api.ask("traceGroups", { folder, filter, offset: 0, limit: 1 });
  const [newest] = groups;
  if (newest === undefined) return null;
  const { stage, step, purpose, group } = newest;
  const samples = await api.ask("traceGroup", { folder, stage, step, purpose, group });
  for (const outcome of samples.flatMap(({ rewards }) => Object.values(rewards)))
    if (outcome.kind === "error" && outcome.file !== null)
      return {
        kind: "open",
        file: fileWithin(workspaceFolder, outcome.file),
        line: outcome.line,
        column: outcome.column,
      };
  return null;
}
