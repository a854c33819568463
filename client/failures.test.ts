import { expect, test, vi } from "vitest";
import { UserError } from "../server/shared/user-error";

const shown: string[][] = [];
const executed: unknown[][] = [];
const logged: string[] = [];
/** What commands come to, in order. */
const answers: unknown[] = [];
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
    Position,
    Range,
    Uri: { file: (path: string) => path, parse: (text: string) => text },
    commands: {
      executeCommand: (...args: unknown[]) => {
        executed.push(args);
        return Promise.resolve(answers.shift());
      },
    },
    env: { openExternal: (url: string) => Promise.resolve(executed.push(["browser", url])) },
    window: {
      createOutputChannel: () => ({ error: (text: string) => logged.push(text) }),
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
  await showFailure(new UserError("There is no run yet."));
  expect(shown.map(([, button]) => button)).toEqual([
    "Manage Trust",
    "New Project",
    "Open Reward",
    "Open Recipe",
    "Show Logs",
    "Show Logs",
    "Show Logs",
  ]);
  expect(executed.map(([command]) => command)).toEqual([
    "workbench.trust.manage",
    "reasoningLab.newProject",
    "vscode.open",
    "vscode.open",
    "reasoningLab.showLogs",
    "reasoningLab.showLogs",
    "reasoningLab.showLogs",
  ]);
  // A fault of the client itself is told as one, and its stack is logged; what the server says, and sentences for people, are told as they are.
  const internal = "Internal error: m. The log has its stack.";
  expect(shown.map(([text]) => text)).toEqual(["m", "m", "m", "m", "m", internal, "There is no run yet."]);
  expect(logged).toEqual([expect.stringMatching(/^Error: m\n\s+at /)]);
  expect(executed[2]).toMatchObject([
    "vscode.open",
    "/w/a.reward.ts",
    { selection: { start: { line: 2, character: 4 } } },
  ]);
});

test("what keeps a model of the Hub away is mended at its button, and the model is got then", async () => {
  const { Failure, showFailure } = await import("./failures");
  const remedies = [
    { kind: "get-model", model: "hf:org/tiny" },
    { kind: "web-page", url: "https://hub.example/org/tiny" },
    { kind: "hub-token", model: "hf:org/gated" },
    { kind: "hub-token", model: "hf:org/gated" },
  ] as const;
  executed.length = shown.length = 0;
  // The token that is asked for first is typed, the second one is not.
  answers.push(undefined, true, undefined, false);
  for (const remedy of remedies) await showFailure(new Failure("m", remedy));
  expect(shown.map(([, button]) => button)).toEqual(["Get Model", "Open Its Page", "Set Token…", "Set Token…"]);
  expect(executed).toEqual([
    ["reasoningLab.getModel", "hf:org/tiny"],
    ["browser", "https://hub.example/org/tiny"],
    ["reasoningLab.setHubToken"],
    ["reasoningLab.getModel", "hf:org/gated"],
    ["reasoningLab.setHubToken"],
  ]);
});
