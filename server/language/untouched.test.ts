/** What a recipe of a workspace that nobody trusts names outside of it: a host that it names would be told of who looks. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TextDocument } from "vscode-languageserver-textdocument";
import { pathToFileURL } from "node:url";
import { beforeEach, expect, test, vi } from "vitest";
import { exampleRun, temporaryFolder } from "../runs/example-run";
import { readRun } from "../runs/list-runs";
import { labelSessions } from "../labelling/label-session";
import { forkMethods } from "./fork-methods";
import { pipelineMethods } from "./pipeline-methods";
import { recipeCompletions, recipeDiagnostics, recipeHover } from "./recipe-features";
import { touchesOf, UntrustedError } from "./request-guards";
import { recipeSchema } from "../recipes/schema";

/** Paths that were looked at. */
const looked: string[] = [];
vi.mock("node:fs", async (original) => {
  const real = await original<Record<string, unknown>>();
  return Object.fromEntries(
    Object.entries(real).map(([name, value]): [string, unknown] => {
      if (typeof value !== "function" || !/^[a-z]/.test(name)) return [name, value];
      const recording = (...given: unknown[]): unknown => {
        if (typeof given[0] === "string") looked.push(given[0]);
        return Reflect.apply(value, real, given) as unknown;
      };
      return [name, Object.assign(recording, value)];
    }),
  );
});
beforeEach(() => void looked.splice(0));

const outside = (path: string): boolean => path.includes("far-away");

const recipe = (place: string) => ({
  name: "x",
  model: { checkpoint: `${place}/model` },
  task: { name: "dataset", train: `${place}/train.jsonl`, held_out: `${place}/held-out-*.jsonl` },
  general_task: { name: "dataset", train: `${place}/general.jsonl` },
  rewards: [{ function: `${place}/x.reward.ts#a` }],
  stages: [
    { kind: "cold-start", name: "cold-start", examples_file: `${place}/examples.jsonl`, steps: 5 },
    { kind: "reasoning-rl", name: "reasoning-rl", from: "cold-start", steps: 5 },
    { kind: "dpo", name: "dpo", from: "cold-start", labels: [`${place}/labels.jsonl`], steps: 3 },
  ],
});

test.each<readonly [what: string, place: string]>([
  ["a host of the network", "//far-away/share"],
  ...(process.platform === "win32" ? [["as Windows writes it", "\\\\far-away\\share"] as const] : []),
  ["another folder", "/far-away"],
  ["a folder above", "../../far-away"],
  ["a link of the workspace that leads to it", "link/x"],
])("%s is not looked at", async (_name, place) => {
  const folder = temporaryFolder("untrusted");
  symlinkSync("/far-away", join(folder, "link"));
  const recipeFile = join(folder, "x.lab.json");
  const text = JSON.stringify(recipe(place), null, 2);
  writeFileSync(recipeFile, text);
  const run = exampleRun(folder, { recipeFile: "x.lab.json", recipe: recipeSchema.parse(recipe(place)) });
  mkdirSync(join(run, "checkpoints", "reasoning-rl-100"), { recursive: true });
  const workspace = { trusted: () => false, folders: () => [folder] };
  looked.splice(0);

  const document = TextDocument.create(pathToFileURL(recipeFile).href, "jsonc", 1, text);
  recipeDiagnostics(document, touchesOf(workspace));
  for (let at = 0; at < text.length; at += 7) {
    const position = document.positionAt(at);
    recipeHover(document, position);
    recipeCompletions(document, position);
  }
  readRun(run);
  const { signal } = new AbortController();
  const launch = () => Promise.reject(new Error("not here"));
  const pipeline = pipelineMethods({ ...workspace, launch, runs: () => [] });
  await pipeline.readPipeline({ folder: null, recipeUri: document.uri }, signal);
  await pipeline.readPipeline({ folder: run, recipeUri: null }, signal);
  const { forkPlan } = forkMethods({ ...workspace, launch });
  for (const of of ["file", "run"] as const)
    expect(() => forkPlan({ folder: run, checkpoint: null, stage: null, recipe: of, settings: [] }, signal)).toThrow(
      UntrustedError,
    );
  const view = { order: "shuffled", pass: 1, rewardModel: null } as const;
  const labels = labelSessions({ distFolder: "" }, { pairs: () => [] }).read(run, view);
  await expect(labels).rejects.toThrow("outside of the workspace folder");

  expect(looked.length).toBeGreaterThan(10);
  expect(looked.filter((path) => outside(path) || path.startsWith(join(folder, "link", "x")))).toEqual([]);
});
