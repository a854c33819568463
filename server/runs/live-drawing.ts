/** `live/drawing.json`: what a step's completions say while they are drawn. It is for those who look on; what is recorded stands in the traces. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readText } from "../files/workspace-file";
import { drawingViewSchema, type DrawingView } from "../protocol/drawing";
import { parseBoundedJson } from "../shared/bounded-json";
import { renameWithRetry } from "./atomic-file";
import { liveFolder } from "./paths";

/** Bytes of the file. */
const longest = 2 << 20;

const pathOf = (runFolder: string): string => join(liveFolder(runFolder), "drawing.json");
const fileSchema = z.object({ token: z.string(), drawing: drawingViewSchema });

/** Readers see the old one or the new one. Where it cannot be written nobody sees it, and the run goes on. */
export function writeDrawing(runFolder: string, token: string, drawing: DrawingView): void {
  const path = pathOf(runFolder);
  try {
    writeFileSync(`${path}.new`, JSON.stringify({ token, drawing }));
    renameWithRetry(`${path}.new`, path);
  } catch {
    // As above: a full disk is told by what is recorded.
  }
}

export const clearDrawing = (runFolder: string): void => rmSync(pathOf(runFolder), { force: true });

/** What a run that lives under this claim is drawing; null: nothing that takes its time. */
export function readDrawing(runFolder: string, token: string | undefined): DrawingView | null {
  if (token === undefined) return null;
  try {
    const file = fileSchema.safeParse(parseBoundedJson(readText(pathOf(runFolder), longest))).data;
    return file?.token === token ? file.drawing : null;
  } catch {
    return null;
  }
}
