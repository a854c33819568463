import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import type { RolloutRecord } from "../protocol/traces";
import { exampleRollout, exampleRun, temporaryFolder } from "../runs/example-run";
import { recordPath } from "../runs/paths";
import { openTraceWriter } from "../runs/trace-writer";
import { recipeOf, rl } from "../stages/recipe.testing";
import { verdictSteps, type ProgramJudge } from "./verdict-steps";

const stages = [{ kind: "reasoning-rl", ...rl }];

function recorded(change: Partial<RolloutRecord>, task: object, general_task?: object) {
  const recipe = recipeOf(stages, { task, general_task });
  const folder = exampleRun(temporaryFolder("verdict"), { recipe });
  const writer = openTraceWriter(folder);
  const rollout = exampleRollout(change);
  writer.recordRollouts([rollout]);
  writer.close();
  return { ...rollout, folder };
}

const maths = { name: "dataset", train: "not-there.jsonl", check: "maths" };
const rowsOf = ({ rows }: Awaited<ReturnType<typeof verdictSteps>>) =>
  Object.fromEntries(rows.map((row) => [row.name.trim(), row.value]));

test("maths is judged by its verifier, without the data set's file", async () => {
  const said = await verdictSteps(
    recorded({ completion: "so \\boxed{\\frac{2}{4}}", answer: "0.5", correct: 1 }, maths),
    null,
  );
  expect(said).toMatchObject({ score: 1, differs: null, by: "the check of the task dataset" });
  expect(rowsOf(said)).toMatchObject({ answer: "\\frac{2}{4}", found: "in \\boxed{…}" });
});

test("a stored verdict that is another than today's is said, and one that is not stored is no other", async () => {
  const wrong = { completion: "\\boxed{3}", answer: "4" };
  const of = (correct: 0 | 1 | null) => verdictSteps(recorded({ ...wrong, correct }, maths), null);
  expect((await of(1)).differs).toBe(
    "The run recorded right; by today's verifier it is wrong. Another version, or another check, judged it.",
  );
  expect([(await of(0)).differs, (await of(null)).differs]).toEqual([null, null]);
});

test("a task that compares signs says so, and what was cut off is not right", async () => {
  const chain = { name: "chain-sum", min_terms: 2, max_terms: 4 };
  const right = { completion: "<answer> 10 </answer>", answer: "10" };
  const said = await verdictSteps(recorded(right, chain), null);
  expect(said.score).toBe(1);
  expect(rowsOf(said)["Decided by"]).toContain("its signs: those of the gold answer");
  const cut = await verdictSteps(recorded({ ...right, finishReason: "length", correct: 0 }, chain), null);
  expect(cut).toMatchObject({ score: 0, differs: null });
  expect(rowsOf(cut)["Cut off"]).toContain("not right");
  const none = await verdictSteps(recorded({ completion: "", answer: "10", correct: 0 }, chain), null);
  expect(rowsOf(none)).toMatchObject({ answer: "none found", "Decided by": "nothing: there is no answer" });
});

test("of two tasks the one whose prompt it is judges", async () => {
  const numbers = { prompt: "a6b+4=", completion: "<answer>10</answer>", answer: "10" };
  const said = await verdictSteps(recorded(numbers, maths, { name: "chain-sum", min_terms: 2, max_terms: 4 }), null);
  expect(said.by).toBe("the check of the task chain-sum");
});

test("programs run where they may, against the tests that are stored", async () => {
  const code = { name: "code-functions" };
  const written = {
    completion: "```python\nprint(1)\n```",
    answer: "print(1)",
    row: '{"tests":{"calls":[]}}',
    correct: null,
  };
  const judge: ProgramJudge = (_completion, tests) => {
    expect(tests).toEqual({ calls: [] });
    const one = {
      status: "wrong-answer",
      test: "f(1)",
      message: "2, not 1",
      stdout: "",
      stderr: "",
      milliseconds: 1,
    } as const;
    return Promise.resolve({ status: "wrong-answer", passed: 1, total: 2, score: 0.5, code: "", cases: [one] });
  };
  const ran = await verdictSteps(recorded(written, code), judge);
  expect(ran.score).toBe(0);
  expect(rowsOf(ran)).toMatchObject({
    "wrong-answer": "f(1): 2, not 1",
    "Decided by": "its tests: it passes 1 of 2",
  });
  const not = await verdictSteps(recorded(written, code), null);
  expect(not).toMatchObject({ score: null, differs: null });
  expect(rowsOf(not)["Decided by"]).toContain("trusted");
});

test("a file of another tool is judged by the maths verifier, which is said, and only where it has a gold answer", async () => {
  const foreign = (change: Partial<RolloutRecord>) => {
    const at = recorded({ row: null, promptAsSeen: null, finishReason: "unknown", ...change }, maths);
    rmSync(recordPath(at.folder));
    return verdictSteps(at, null);
  };
  const said = await foreign({ completion: "It is 1,000.", answer: "1000", correct: 0 });
  expect(said).toMatchObject({ score: 1, by: expect.stringContaining("maths verifier") as string });
  expect(said.differs).toContain("The file says wrong");
  await expect(foreign({ answer: "" })).rejects.toThrow("no gold answer");
});

test("a rollout that is gone, and a recipe that cannot be read, are errors for people", async () => {
  const at = recorded({}, maths);
  await expect(verdictSteps({ ...at, sample: 9 }, null)).rejects.toThrow("not in the traces any more");
  const folder = exampleRun(temporaryFolder("verdict"), { recipe: { name: 1 } });
  const writer = openTraceWriter(folder);
  writer.recordRollouts([exampleRollout()]);
  writer.close();
  await expect(verdictSteps({ ...exampleRollout(), folder }, null)).rejects.toThrow("recipe cannot be read");
});

test("hostile text is judged in bounded time", async () => {
  const deep = `\\boxed{${"\\frac{".repeat(20_000)}`;
  const said = await verdictSteps(recorded({ completion: deep.repeat(5), answer: deep, correct: null }, maths), null);
  expect([0, null]).toContain(said.score);
});
