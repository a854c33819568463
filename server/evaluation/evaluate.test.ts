import { beforeAll, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { encodePrompt, newPolicy } from "../models/policy";
import type { Policy } from "../models/policy";
import { chainSum } from "../tasks/chain-sum";
import { plainSampling } from "../rollouts/generate";
import { heldOutRows } from "../tasks/splits";
import { mathsCheck } from "../tasks/maths-check";
import { isCorrect, type Task, type TaskRow } from "../tasks/task";
import { accuracy } from "../verifiers/format/accuracy";
import { readMathAnswer } from "../verifiers/maths/verify-math";
import { evaluate } from "./evaluate";
import type { Evaluation, EvaluationOptions } from "./evaluate";

const chain = chainSum({ name: "chain-sum", min_terms: 2, max_terms: 4, max_operand: 9, max_total: 19 });
let policy: Policy;
let rows: TaskRow[];

testEngine("simd");
beforeAll(() => {
  policy = newPolicy(
    {
      num_hidden_layers: 1,
      hidden_size: 16,
      num_attention_heads: 2,
      intermediate_size: 24,
      qk_norm: true,
      max_position_embeddings: 40,
      rope_theta: 10_000,
    },
    chain.symbols,
    1,
  );
  // More than one batch of prompts, the last one not full.
  rows = heldOutRows(chain, 0, 37);
});

const options: EvaluationOptions = {
  ...plainSampling,
  samples: 4,
  top_logprobs: 0,
  max_completion_length: 10,
  seed: 0,
  between: () => Promise.resolve(true),
  amid: () => Promise.resolve(true),
  encode: (row) => encodePrompt(policy, row),
  checkAnswers: (items) => Promise.resolve(items.map(({ task, row, completion }) => isCorrect(task, row, completion))),
};

async function evaluated(task: Task, settings: Partial<EvaluationOptions> = {}, prompts = rows): Promise<Evaluation> {
  const evaluation = await evaluate(policy, { task, rows: prompts }, null, { ...options, ...settings });
  if (!evaluation) throw new Error("The evaluation ended early.");
  return evaluation;
}

test("check maths: evaluation's verdict is that of the reward `accuracy`, and equal answers are one vote", async () => {
  const task: Task = { ...chain, extract: readMathAnswer, byValue: mathsCheck };
  const said = [
    "\\boxed{1,000}",
    "\\boxed{1000}",
    "<answer>7</answer>",
    "<answer>8</answer>",
    "#### 1000.0",
    "",
    "It is $7$",
  ];
  const decode = (ids: ArrayLike<number>): string =>
    said[Array.from(ids).reduce((sum, id) => sum + id, 0) % said.length]!;
  const speaks: Policy = { ...policy, tokenizer: { ...policy.tokenizer, decode } };
  const row = { prompt: rows[0]!.prompt, answer: "1000" };
  const evaluation = (await evaluate(speaks, { task, rows: [row] }, null, { ...options, samples: 60 }))!;
  const { rollouts, summary, results } = evaluation;
  expect(new Set(rollouts.map(({ completion }) => completion))).toEqual(new Set(said));
  for (const { rollout, completion, correct } of rollouts)
    expect(correct).toBe(rollout.finishReason === "stop" && accuracy(completion, row.answer) === 1);
  const votes = results[0]!.samples.map(({ answer }, index) => [rollouts[index]!.completion, answer]);
  // Of each value there is one vote, whatever the form.
  const value = (completion: string): string => /[78]|1,?000/.exec(completion)?.[0].replace(",", "") ?? "none";
  const byValue = Map.groupBy(votes, ([completion]) => value(completion!));
  expect([...byValue.keys()].sort()).toEqual(["1000", "7", "8", "none"]);
  const oneEach = [...byValue.values()].map((group) => new Set(group.map(([, vote]) => vote)));
  expect(oneEach.map(({ size }) => size)).toEqual([1, 1, 1, 1]);
  expect(new Set(votes.map(([, vote]) => vote)).size).toBe(4);
  expect(summary.answered).toBe(votes.filter(([, vote]) => vote !== null).length / 60);
  expect(summary.marked).toBe(votes.filter(([completion]) => !["", "It is $7$"].includes(completion!)).length / 60);
  expect(rollouts.some(({ correct }) => correct)).toBe(true);
});

test("a completion is correct when it ended by itself and gives the gold answer, and not otherwise", async () => {
  // The untrained policy ends some completions by chance; this task reads the gold answer from every one of them.
  let reading = "";
  const generous: Task = { ...chain, extract: () => ({ text: reading, source: "answer tag" }) };
  let ended = 0;
  for (const row of rows.slice(0, 5)) {
    reading = row.answer;
    const { rollouts, summary } = await evaluated(generous, { samples: 16 }, [row]);
    for (const { rollout, correct } of rollouts) expect(correct).toBe(rollout.finishReason === "stop");
    const stopped = rollouts.filter(({ rollout }) => rollout.finishReason === "stop").length;
    expect(summary.pass_at_1).toBeCloseTo(stopped / 16, 10);
    expect(summary.pass_at_k).toBe(stopped > 0 ? 1 : 0);
    ended += stopped;
  }
  expect(ended).toBeGreaterThan(0);
  const { summary } = await evaluated({ ...chain, extract: () => ({ text: "another answer", source: "answer tag" }) });
  expect(summary).toMatchObject({ pass_at_1: 0, pass_at_k: 0, greedy: 0 });
});

test("every prompt has its group, over the bounds of batches", async () => {
  const { rollouts, summary } = await evaluated(chain);
  expect(summary).toMatchObject({ prompts: 37, samples: 4 });
  expect(rollouts.map(({ rollout: { group, sample } }) => [group, sample])).toEqual(
    rows.flatMap((_, group) => [0, 1, 2, 3].map((sample) => [group, sample])),
  );
  for (const { rollout, row, completion } of rollouts) {
    expect(row).toBe(rows[rollout.group]);
    expect(rollout.prompt).toEqual(policy.tokenizer.encode(row.prompt));
    expect(completion).toBe(policy.tokenizer.decode(rollout.completion));
  }
});

test("the greedy completion of each prompt is there too, behind the samples of its group and apart from them", async () => {
  const { greedy, rollouts, summary } = await evaluated(chain);
  expect(greedy.map(({ rollout: { group, sample } }) => [group, sample])).toEqual(rows.map((_, group) => [group, 4]));
  for (const { rollout, row, completion } of greedy) {
    expect(row).toBe(rows[rollout.group]);
    expect(completion).toBe(policy.tokenizer.decode(rollout.completion));
  }
  expect(summary.greedy).toBe(greedy.filter(({ correct }) => correct).length / 37);
  expect(rollouts).toHaveLength(37 * 4);
});

test("the same seed gives the same evaluation, and fewer prompts the beginning of it", async () => {
  const first = await evaluated(chain);
  expect(await evaluated(chain)).toEqual(first);
  const part = await evaluated(chain, {}, rows.slice(0, 34));
  expect(part.rollouts).toEqual(first.rollouts.slice(0, 34 * 4));
  expect((await evaluated(chain, { seed: 1 })).rollouts).not.toEqual(first.rollouts);
});

test("an evaluation that is asked to end gives nothing", async () => {
  const shares: number[] = [];
  const evaluation = await evaluate(policy, { task: chain, rows }, null, {
    ...options,
    between: (done) => {
      shares.push(done);
      return Promise.resolve(shares.length < 2);
    },
  });
  expect(evaluation).toBeNull();
  expect(shares).toEqual([0, 32 / 37]);
});

test("samples are drawn as the settings ask, and greedy answers are the same at any", async () => {
  const [usual, narrow] = [await evaluated(chain), await evaluated(chain, { top_k: 1 })];
  const texts = (rollouts: Evaluation["rollouts"]): string[] => rollouts.map(({ completion }) => completion);
  expect(texts(usual.greedy)).toEqual(texts(narrow.greedy));
  // Of one candidate each, all samples of a prompt are its greedy answer.
  expect(texts(narrow.rollouts)).toEqual(texts(narrow.greedy).flatMap((text) => [text, text, text, text]));
  expect(texts(usual.rollouts)).not.toEqual(texts(narrow.rollouts));
});
