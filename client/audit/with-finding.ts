/** What a page asks to be done with a finding of an audit. */
import * as vscode from "vscode";
import type { RewardFinding } from "../../server/protocol/audit";
import { openPlace } from "../failures";
import type { LabApi } from "../lab-api";
import { appendLine } from "../rewards/append-line";

/** The server knows those of its audit alone. */
export async function withFinding(api: LabApi, { uri, finding, what }: RewardFinding): Promise<void> {
  if (what === "case") {
    const { file, line } = await api.ask("auditCase", { uri, finding });
    await appendLine(vscode.Uri.file(file), line);
    return;
  }
  const { file, line } = await api.ask("auditPlace", { uri, finding });
  await openPlace({ file, line, column: 1 }, { beside: true });
}
