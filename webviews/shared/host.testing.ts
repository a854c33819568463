/** A host that is a test: it answers what a page's model asks, and keeps the page's place. */
import { vi } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import type { Client, HostPort } from "./client";

/** What VS Code gives each page is asked for where `shared/page.ts` is loaded: before a model is imported. */
export const stubVsCode = (): void => void vi.stubGlobal("acquireVsCodeApi", () => null);

export type Answers = Readonly<Record<string, (params: never) => unknown>>;

/** `stored`: the place that an earlier page kept. */
export function testHost(answers: Answers, stored?: unknown) {
  let kept = stored;
  const asked: [name: string, params: unknown][] = [];
  const port: HostPort = { postMessage: () => undefined, getState: () => kept, setState: (next) => (kept = next) };
  const ask = async (name: string, params: unknown): Promise<unknown> => {
    asked.push([name, params]);
    const answer = answers[name];
    if (!answer) throw new Error(`Nobody answers ${name}.`);
    return await answer(params as never);
  };
  return {
    client: { ask } as unknown as Client,
    port,
    asked,
    kept: () => kept,
    namesAsked: () => asked.map(([name]) => name),
    /** Once everything that was asked is answered. */
    settled: () => new Promise<void>((resolve) => setTimeout(resolve)),
  };
}

/** A run with its stages, as the list of runs has it. */
export const testRun = (folder: string, stages: readonly string[], status = "completed"): RunEntry =>
  ({
    folder,
    workspaceFolder: "/w",
    problem: null,
    checkpoints: [],
    progress: null,
    live: null,
    record: {
      name: "chain-sum",
      created: "2026-01-01T00:00:00.000Z",
      status,
      recipeFile: "a.lab.json",
      stages: stages.map((name) => ({ name, kind: "reasoning-rl", status: "completed" })),
    },
  }) as unknown as RunEntry;
