import { beforeEach, expect, test, vi } from "vitest";
import type * as vscode from "vscode";
import type { LabApi } from "../lab-api";
import { panelOf } from "./panel";

const fake = vi.hoisted(() => {
  class TabInputWebview {
    constructor(readonly viewType: string) {}
  }
  return {
    TabInputWebview,
    made: 0,
    places: [] as unknown[],
    commands: [] as unknown[][],
    groups: [] as { viewColumn: number; tabs: { input: unknown; group: unknown }[] }[],
    restore: null as null | (() => void),
    serializer: null as null | { deserializeWebviewPanel: (panel: unknown) => unknown },
  };
});

vi.mock("vscode", () => ({
  TabInputWebview: fake.TabInputWebview,
  ViewColumn: { Active: -1 },
  Uri: { joinPath: () => "uri" },
  commands: {
    executeCommand: (...command: unknown[]) => {
      fake.commands.push(command);
      if (command[0] === "workbench.action.openEditorAtIndex") fake.restore?.();
      return Promise.resolve();
    },
  },
  window: {
    tabGroups: {
      get all() {
        return fake.groups;
      },
    },
    registerWebviewPanelSerializer: (_: string, serializer: typeof fake.serializer) => {
      fake.serializer = serializer;
      return { dispose: () => undefined };
    },
    createWebviewPanel: () => {
      fake.made++;
      return panel();
    },
  },
}));
vi.mock("./page-connection", () => ({
  pagesFolder: () => "pages",
  connectPage: (_panel: unknown, _of: unknown, place: unknown) => {
    fake.places.push(place);
    return { show: (shown: unknown) => fake.places.push(shown), dispose: () => undefined };
  },
}));

const panel = () => ({ onDidDispose: () => undefined, reveal: () => undefined, dispose: () => undefined });

const host = () =>
  panelOf({ viewType: "lab.traces", title: "Traces", page: "traces", icon: null }, () => undefined)(
    { subscriptions: [] } as unknown as vscode.ExtensionContext,
    {} as LabApi,
  );
const at = (step: number | null) => ({ run: "run", stage: "rl", step });

beforeEach(() => {
  Object.assign(fake, { made: 0, places: [], commands: [], groups: [], restore: null, serializer: null });
});

test("a tab of before a reload that nobody has looked at is shown, with its state, in place of a second one", async () => {
  const group = { viewColumn: 2, tabs: [] as { input: unknown; group: unknown }[] };
  for (const viewType of ["mainThreadWebview-lab.curves", "mainThreadWebview-lab.traces"])
    group.tabs.push({ input: new fake.TabInputWebview(viewType), group });
  fake.groups = [group];
  fake.restore = () => void fake.serializer?.deserializeWebviewPanel(panel());
  const own = host();
  own.open(at(3));
  await vi.waitFor(() => expect(fake.places).toEqual([at(3)]));
  expect(fake.commands).toEqual([
    ["workbench.action.focusSecondEditorGroup"],
    ["workbench.action.openEditorAtIndex", 1],
  ]);
  own.open(at(4));
  expect(fake.places).toEqual([at(3), at(4)]);
  expect(fake.made).toBe(0);
});

test("without such a tab a panel is made, one however often it is asked for", async () => {
  const own = host();
  own.open(at(3));
  own.open(at(4));
  await vi.waitFor(() => expect(fake.made).toBe(1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(fake.made).toBe(1);
  expect(fake.places).toEqual([at(4)]);
});

test("a tab that does not come back is given up", async () => {
  vi.useFakeTimers();
  try {
    const group = { viewColumn: 1, tabs: [] as { input: unknown; group: unknown }[] };
    group.tabs.push({ input: new fake.TabInputWebview("mainThreadWebview-lab.traces"), group });
    fake.groups = [group];
    host().open(at(3));
    await vi.advanceTimersByTimeAsync(4000);
    expect(fake.made).toBe(1);
    expect(fake.places).toEqual([at(3)]);
  } finally {
    vi.useRealTimers();
  }
});
