import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { exampleRun, temporaryFolder } from "../runs/example-run";
import { UserError } from "../shared/user-error";
import { forkRequest, type ForkArguments } from "./fork-request";

const workspace = temporaryFolder("fork-request");
const folder = exampleRun(workspace);
const recipe = join(workspace, "other.lab.json");
writeFileSync(recipe, "{}");

const request = (run: string, given: Partial<ForkArguments> = {}): ReturnType<typeof forkRequest> =>
  forkRequest({ asRun: false, set: [], run, ...given }, (name) => {
    if (resolve(name) === folder) return folder;
    throw new UserError(`There is no run ${name}.`);
  });

test("a checkpoint is named behind its run, as the folder it is, or apart", () => {
  const point = { folder, checkpoint: "reasoning-rl-20" };
  expect(request(folder)).toMatchObject({ folder, checkpoint: null, recipe: "file" });
  expect(request(join(folder, "reasoning-rl-20"))).toMatchObject(point);
  expect(request(join(folder, "checkpoints", "reasoning-rl-20"))).toMatchObject(point);
  expect(request(folder, { checkpoint: "reasoning-rl-20" })).toMatchObject(point);
});

test("settings are a path and a text, which may have signs of its own", () => {
  const { settings } = request(folder, { set: ["a.b = 0.5", "c=x=y"] });
  expect(settings).toEqual([
    { path: "a.b", text: "0.5" },
    { path: "c", text: "x=y" },
  ]);
});

test("another recipe of the workspace is taken in place of the run's", () => {
  expect(request(folder, { recipe })).toMatchObject({ recipe: "file", recipeFile: recipe });
  expect(request(folder, { asRun: true })).toMatchObject({ recipe: "run" });
});

test("what does not fit is refused with the reason", () => {
  const outside = join(temporaryFolder("elsewhere"), "a.lab.json");
  writeFileSync(outside, "{}");
  mkdirSync(join(workspace, "folder"));
  expect(() => request("reasoning-rl-20")).toThrow(/no run reasoning-rl-20/);
  expect(() => request(join(workspace, "nothing", "dpo-1"))).toThrow(UserError);
  expect(() => request(join(folder, "dpo-1"), { checkpoint: "dpo-2" })).toThrow(/already names a checkpoint/);
  expect(() => request(folder, { recipe, asRun: true })).toThrow(/leave out/);
  expect(() => request(folder, { recipe: outside })).toThrow(/not in the workspace folder/);
  expect(() => request(folder, { recipe: join(workspace, "folder") })).toThrow(/There is no recipe/);
  expect(() => request(folder, { set: ["learning_rate"] })).toThrow(/--set takes PATH=VALUE/);
});
