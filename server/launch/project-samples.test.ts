import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectSampleSchema } from "../protocol/project-samples";
import { parseRecipe } from "../recipes/parse";
import { temporaryFolder } from "../runs/example-run";
import { createProject } from "./create-project";

const samples = join(__dirname, "..", "..", "samples");

test("every sample that New Project offers is there, and no other", () => {
  const folders = readdirSync(samples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual([...projectSampleSchema.options].sort());
});

test.each(projectSampleSchema.options)("%s becomes a project whose recipe is right", (sample) => {
  const recipe = createProject(join(samples, sample), join(temporaryFolder("project"), "new"));
  const { problems } = parseRecipe(readFileSync(recipe, "utf8"));
  expect(problems).toEqual([]);
  expect(existsSync(join(recipe, "..", ".gitignore"))).toBe(true);
});

test("the problems of real-model are those that its script makes, and none is both learnt from and held out", () => {
  const folder = temporaryFolder("problems");
  const own = join(samples, "real-model", "data");
  cpSync(join(own, "make-problems.mjs"), join(folder, "make-problems.mjs"));
  execFileSync(process.execPath, [join(folder, "make-problems.mjs")]);
  const read = (part: string, from: string): string => readFileSync(join(from, `${part}.jsonl`), "utf8");
  for (const part of ["train", "held-out"]) expect(read(part, folder)).toBe(read(part, own));
  const numbers = (part: string): Set<string> =>
    new Set(
      read(part, own)
        .trim()
        .split("\n")
        .map((line) =>
          line
            .replace(/"[A-Z]\w+/, "")
            .replace(/apples|books|cards|coins|marbles|pencils|shells|stickers/g, "")
            .replace(/\b[A-Z]\w+\b/g, ""),
        ),
    );
  const [train, held] = [numbers("train"), numbers("held-out")];
  expect(held.size).toBeGreaterThan(30);
  for (const problem of held) expect(train.has(problem)).toBe(false);
});
