import { expect, test, vi } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import type { RunEnding } from "../../server/protocol/run";
import type { LabApi } from "../lab-api";
import { registerNotices } from "./notices";
import type { RunList } from "./run-list";

const shown: string[][] = [];
const executed: unknown[][] = [];
let press: string | undefined;
vi.mock("vscode", () => {
  const show = (...texts: string[]) => {
    shown.push(texts);
    return Promise.resolve(texts.find((text) => text === press));
  };
  return {
    commands: { executeCommand: (...args: unknown[]) => Promise.resolve(executed.push(args)) },
    window: {
      createOutputChannel: () => ({}),
      showErrorMessage: show,
      showWarningMessage: show,
      showInformationMessage: show,
    },
  };
});
vi.mock("vscode-languageclient/node", () => ({ ResponseError: class extends Error {} }));

const entry = (status: string, ending: Partial<RunEnding> = {}): RunEntry => {
  const how: RunEnding = { message: "It paused.", advice: null, pausedFor: null, resumeWays: ["as-is"], ...ending };
  const record = { name: "sum", created: "2026-01-01T00:00:00.000Z", status, stages: [], ...how };
  return { folder: "/w/r", workspaceFolder: "/w", record } as unknown as RunEntry;
};

/** What is shown when a run that lived ends like this, and which command the button calls. */
async function told(ended: RunEntry, button?: string) {
  [shown.length, executed.length] = [0, 0];
  press = button;
  let hear: (entries: readonly RunEntry[]) => void = () => undefined;
  const context = {
    subscriptions: [],
    workspaceState: { get: (_: string, usual: unknown) => usual, update: () => undefined },
  };
  const runs = { onChanged: (listener: typeof hear) => void (hear = listener) };
  registerNotices(context as never, {} as LabApi, runs as unknown as RunList);
  hear([entry("running")]);
  hear([ended]);
  await new Promise(setImmediate);
  return { buttons: shown[0]?.slice(1), text: shown[0]?.[0], executed: executed[0] };
}

test("a paused run offers the ways to resume that its record names, whatever its message says", async () => {
  const misleading = {
    message: "Resume and accept the change, or fork the run.",
    advice: "Or resume and skip the batch.",
  };
  expect(await told(entry("paused", misleading))).toMatchObject({ buttons: ["Show Logs", "Resume"] });
  expect(await told(entry("paused", { resumeWays: ["as-is", "skip-batch"] }))).toMatchObject({
    buttons: ["Show Logs", "Resume", "Resume and Skip the Batch"],
  });
  expect(await told(entry("paused", { resumeWays: ["accept-changes"] }))).toMatchObject({
    buttons: ["Show Logs", "Resume and Accept"],
  });
  expect(await told(entry("paused", { pausedFor: "reward" }))).toMatchObject({ buttons: ["Open Reward", "Resume"] });
});

test("each button resumes in its way, and the text says what to do", async () => {
  const ways = { advice: "Do this.", resumeWays: ["as-is", "skip-batch", "accept-changes"] as const };
  const how = entry("paused", ways);
  expect((await told(how)).text).toMatch(/It paused\. Do this\.$/);
  expect((await told(how, "Resume")).executed).toEqual(["reasoningLab.resumeRun", "/w/r"]);
  expect((await told(how, "Resume and Skip the Batch")).executed).toEqual(["reasoningLab.resumeRun", "/w/r", true]);
  expect((await told(how, "Resume and Accept")).executed).toEqual(["reasoningLab.resumeRun", "/w/r", false, true]);
});
