/** How long the views take, in a real VS Code: what each of them measures, written to a file as rows of the table. */
import { writeFileSync } from "node:fs";
import { connectPage, setting, type WorkbenchPage } from "../../vscode/page";
import { curves } from "./curves";
import { sample } from "./sample";

/** A row of the table: what was done, and what each time took. */
export interface ViewRow {
  readonly work: string;
  readonly values: readonly number[];
}

/** A file for each view. */
const views: readonly ((ui: WorkbenchPage) => Promise<readonly ViewRow[]>)[] = [curves, sample];

export async function run(): Promise<void> {
  const ui = await connectPage();
  const rows: ViewRow[] = [];
  for (const measure of views) rows.push(...(await measure(ui)));
  writeFileSync(setting("REASONING_LAB_REPORT"), JSON.stringify(rows));
  await ui.disconnect();
}
