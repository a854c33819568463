/** What bounds a view: what the page's main thread does while it opens, and what it does itself, by Chromium's tracing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkbenchPage } from "../../vscode/page";

const categories = [
  "blink.user_timing",
  "devtools.timeline",
  "disabled-by-default-v8.cpu_profiler",
  "loading",
  "toplevel",
  "v8",
  "v8.execute",
];

/** Does something and writes what Chromium traced meanwhile to `NAME.trace.json` of the folder that REASONING_LAB_PROFILE names; without one, does it only. */
export async function traced<T>(ui: WorkbenchPage, name: string, action: () => Promise<T>): Promise<T> {
  const folder = process.env["REASONING_LAB_PROFILE"];
  const browser = ui.page.context().browser();
  if (!folder || browser === null) return action();
  await browser.startTracing(undefined, { categories });
  try {
    return await action();
  } finally {
    writeFileSync(join(folder, `${name}.trace.json`), await browser.stopTracing());
  }
}
