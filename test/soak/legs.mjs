// The ways in which a run begins or goes on: in a terminal, and from a window.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { projectNode } from "../harness/node.mjs";
import { openEditor } from "./editor.mjs";
import { recordOf } from "./outcome.mjs";
import { processesOf } from "./processes.mjs";

/** Milliseconds between looks. */
const interval = 100;

/** `folder` null: a new run. Resolves to what it said where it ended with anything but 0. */
export function inTerminal({ dist, workspace, env, recipe }, folder) {
  const args = folder === null ? ["run", recipe] : ["resume", folder];
  const child = spawn(projectNode(), [join(dist, "cli.js"), ...args], {
    cwd: workspace,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, as a shell gives it.
    detached: process.platform !== "win32",
  });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (words = (words + text).slice(-2000)));
  return new Promise((resolve) => child.on("close", (code) => resolve(code === 0 ? null : words)));
}

/** The window that is open, opened anew where it was killed. */
async function windowOf(soak) {
  if (!soak.editor || soak.editor.gone) soak.editor = await openEditor(soak.dist, soak.workspace, soak.env);
  return soak.editor;
}

/** As {@link inTerminal}, by a supervisor that goes on without its window. */
export async function inEditor(soak, folder) {
  let begun;
  try {
    const editor = await windowOf(soak);
    begun =
      folder === null
        ? await editor.ask("lab/startRun", {
            recipeUri: pathToFileURL(join(soak.workspace, soak.recipe)).href,
            stage: null,
          })
        : await editor.ask("lab/resumeRun", { folder, skipBatch: false, acceptChanges: false });
  } catch (error) {
    // Where it began although the window did not live to hear it, it goes on.
    while (processesOf(soak.dist).some(({ role }) => role === "supervisor" || role === "launcher"))
      await pause(interval);
    return error.message;
  }
  if (!begun.folder) return `It would change the run: ${JSON.stringify(begun)}`;
  for (;;) {
    const goesOn = processesOf(soak.dist).some(({ role }) => role === "supervisor");
    const { status, message } = await recordOf(begun.folder);
    // One that has paused waits for a save, for a day.
    if (!goesOn || status === "paused") return status === "completed" ? null : `${status}: ${message}`;
    await pause(interval);
  }
}
