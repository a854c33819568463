import { expect, test, vi } from "vitest";

const shown: string[][] = [];
const executed: unknown[][] = [];
vi.mock("vscode", () => {
  class Position {
    constructor(
      readonly line: number,
      readonly character: number,
    ) {}
  }
  class Range {
    constructor(
      readonly start: Position,
      readonly end: Position,
    ) {}
  }
  return {
    ...{ Position, Range, Uri: { file: (path: string) => path } },
    commands: { executeCommand: (...args: unknown[]) => Promise.resolve(executed.push(args)) },
    window: {
      showErrorMessage: (...texts: string[]) => {
        shown.push(texts);
        return Promise.resolve(texts[1]);
      },
    },
  };
});
vi.mock("vscode-languageclient/node", () => ({
  ResponseError: class extends Error {
    constructor(
      message: string,
      readonly data: unknown,
    ) {
      super(message);
    }
  },
}));

test("an error offers what helps: trust, a project, the line that is wrong; the logs only where nothing better is known", async () => {
  const { ResponseError } = await import("vscode-languageclient/node");
  const { Failure, showFailure } = await import("./failures");
  const server = (data: unknown): Error =>
    new (ResponseError as unknown as new (m: string, d: unknown) => Error)("m", data);
  await showFailure(server({ kind: "trust" }));
  await showFailure(new Failure("m", { kind: "new-project" }));
  await showFailure(server({ kind: "open", file: "/w/a.reward.ts", line: 3, column: 5 }));
  await showFailure(server({ kind: "open", file: "/w/a.lab.json", line: null, column: null }));
  await showFailure(server({ kind: "shell", command: "rm" }));
  await showFailure(new Error("m"));
  expect(shown.map(([, button]) => button)).toEqual([
    ...["Manage Trust", "New Project", "Open Reward", "Open Recipe", "Show Logs", "Show Logs"],
  ]);
  expect(executed.map(([command]) => command)).toEqual([
    ...["workbench.trust.manage", "reasoningLab.newProject", "vscode.open", "vscode.open"],
    ...["reasoningLab.showLogs", "reasoningLab.showLogs"],
  ]);
  expect(executed[2]).toMatchObject([
    "vscode.open",
    "/w/a.reward.ts",
    { selection: { start: { line: 2, character: 4 } } },
  ]);
});
