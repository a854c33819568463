import { expect, test } from "vitest";
import { reasoningRlSchema } from "../recipes/stages";
import type { Task } from "../tasks/task";
import { nextQuiet, remarkCutOff, remarkQuiet, remarkRows } from "./remarks";
import { newRlState } from "./rl/rl-state";

const stage = reasoningRlSchema.parse({
  kind: "reasoning-rl",
  max_completion_length: 8,
  mask_truncated_completions: true,
});
const [cut, done] = [{ finishReason: "length" }, { finishReason: "stop" }] as const;

function heard(say: (context: { remark(about: string, sentence: string): void }) => void): Record<string, string> {
  const found: Record<string, string> = {};
  say({ remark: (about, sentence) => (found[about] = sentence) });
  return found;
}

test("steps in which every completion was cut off, masked or rewarded alike are counted and said", () => {
  const steps = [
    { rollouts: [cut, cut], learnt: 0, signal: true },
    { rollouts: [cut, done], learnt: 1, signal: true },
    { rollouts: [done, done], learnt: 0, signal: false },
  ];
  const quiet = steps.reduce((state, step) => nextQuiet(state, stage, step), newRlState(stage).quiet);
  expect(quiet).toEqual({ cutOff: 1, masked: 1, alike: 1 });
  const found = heard((context) => remarkQuiet(context, stage, quiet, 3));
  expect(found["cut-off"]).toMatch(
    /^In 1 of 3 steps every completion was cut off at max_completion_length \(8 tokens\)/,
  );
  expect(found["masked"]).toMatch(/masked.*taught nothing/);
  expect(found["alike"]).toMatch(/same reward/);
  expect(heard((context) => remarkQuiet(context, stage, newRlState(stage).quiet, 3))).toEqual({});
});

test("an evaluation whose completions were mostly cut off says so, but not of a model before its training", () => {
  const rollouts = [cut, cut, done].map((rollout) => ({ rollout }) as Parameters<typeof remarkCutOff>[1][number]);
  const at = (step: number, some = rollouts) =>
    heard((context) => remarkCutOff(context, some, { step, max_completion_length: 8 }));
  expect(at(5)["evaluation-cut-off"]).toMatch(/^2 of 3 held-out completions at step 5 .*8 tokens/);
  expect(at(5, rollouts.slice(0, 2))["evaluation-cut-off"]).toMatch(/^All 2 /);
  expect(at(0)).toEqual({});
  expect(at(5, rollouts.slice(1).concat(rollouts.slice(2)))).toEqual({});
});

test("a stage that takes only some of a dataset's rows says how many", () => {
  const training = Array.from({ length: 7473 }, (_, index) => ({ prompt: `p${index}`, answer: "1" }));
  const task = { rows: { kind: "listed", training, heldOut: [] } } as unknown as Task;
  const found = (taken: number) => heard((context) => remarkRows(context, task, taken, "examples"));
  expect(found(4000)).toEqual({ rows: "4,000 of 7,473 training rows are used (examples: 4000)." });
  expect(found(7473)).toEqual({});
});
