import { beforeEach, expect, test, vi } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import { UserError } from "../../server/shared/user-error";
import type { LabApi } from "../lab-api";
import { deleteRuns, tagRun } from "./edit-run";

const asked: string[] = [];
const deleted: [path: string, useTrash: boolean][] = [];
let press: (text: string) => string | undefined;
let hasBin = true;
let typed: string | undefined;
vi.mock("vscode", () => ({
  Uri: { file: (path: string) => ({ path }) },
  workspace: {
    fs: {
      delete: ({ path }: { path: string }, { useTrash }: { useTrash: boolean }) => {
        if (useTrash && !hasBin) return Promise.reject(new Error("The provider has no bin."));
        deleted.push([path, useTrash]);
        return Promise.resolve();
      },
    },
  },
  window: {
    showWarningMessage: (text: string, { detail }: { detail: string }) => {
      asked.push(`${text}\n${detail}`);
      return Promise.resolve(press(text));
    },
    showInformationMessage: () => Promise.resolve(undefined),
    showInputBox: () => Promise.resolve(typed),
  },
}));

const entry = (id: string): RunEntry => {
  const record = { id, name: id, created: "2026-01-01T00:00:00.000Z", status: "completed", stages: [] };
  return { folder: `/w/${id}`, workspaceFolder: "/w", record } as unknown as RunEntry;
};

const labels: unknown[] = [];
const api = (plan: (folder: string) => unknown): LabApi =>
  ({
    ask: async (name: string, params: { folder: string; label: unknown }) =>
      await (name === "labelRun" ? labels.push(params) : plan(params.folder)),
  }) as unknown as LabApi;
const quiet = api(() => ({ bytes: 5_000_000, usedBy: [] }));

beforeEach(() => {
  for (const list of [asked, deleted, labels]) list.length = 0;
  hasBin = true;
  press = (text) => (text.startsWith("Move") ? "Move to Bin" : "Delete for Good");
});

test("a run goes to the bin once that is confirmed, with its size", async () => {
  await deleteRuns(quiet, [entry("a")]);
  expect(asked).toEqual([expect.stringMatching(/^Move “a, .*” to the bin\?\n5 MB: /)]);
  expect(deleted).toEqual([["/w/a", true]]);
});

test("nothing is deleted where nobody confirms it", async () => {
  press = () => undefined;
  await deleteRuns(quiet, [entry("a"), entry("b")]);
  expect(deleted).toEqual([]);
});

test("a live run among them is refused with the reason, and none of them goes", async () => {
  const live = api((folder) => {
    if (folder === "/w/b") throw new UserError("/w/b is running. Stop it first.");
    return { bytes: 1, usedBy: [] };
  });
  await expect(deleteRuns(live, [entry("a"), entry("b")])).rejects.toThrow("/w/b is running. Stop it first.");
  expect([asked, deleted]).toEqual([[], []]);
});

test("runs that started from its checkpoints are named, but for those that go with it", async () => {
  await deleteRuns(
    api(() => ({ bytes: 1, usedBy: ["b", "c"].map((id) => ({ folder: `/w/${id}`, title: id })) })),
    [entry("a"), entry("b")],
  );
  expect(asked[0]).toMatch(/\nc started from its checkpoints/);
});

test("where there is no bin it is asked once more, with why", async () => {
  hasBin = false;
  await deleteRuns(quiet, [entry("a")]);
  expect(asked[1]).toMatch(/^There is no bin for “a, .*”\. Delete for good\?\nThe provider has no bin\./);
  expect(deleted).toEqual([["/w/a", false]]);
  press = (text) => (text.startsWith("Move") ? "Move to Bin" : undefined);
  await deleteRuns(quiet, [entry("b")]);
  expect(deleted).toHaveLength(1);
});

test("tags are taken apart at commas, and given to all chosen runs", async () => {
  typed = " #kl, paper ,,";
  await tagRun(quiet, [entry("a"), entry("b")]);
  expect(labels).toEqual(["a", "b"].map((id) => ({ folder: `/w/${id}`, label: { tags: ["kl", "paper"] } })));
});
