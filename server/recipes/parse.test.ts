import fc from "fast-check";
import { expect, test } from "vitest";
import { completeAt, hoverAt } from "./assist";
import { rewardNames } from "./reward-names";
import { parseRecipe } from "./parse";

const minimal = {
  name: "Test",
  model: {},
  task: { name: "chain-sum" },
  rewards: [{ function: "rewards/a.reward.ts#correct" }],
  stages: [{ kind: "cold-start" }, { kind: "reasoning-rl" }],
};
const surroundings = (files: Record<string, readonly string[]> = {}) => ({
  folder: "/project",
  exists: (path: string) => path in files,
  namesIn: () => null,
  fileProblem: (path: string) => (path in files ? null : `There is no file ${path}.`),
  rewardNames: (path: string) => files[path.replaceAll("\\", "/")] ?? null,
});
const there = surroundings({ "/project/rewards/a.reward.ts": ["correct", "short"] });

/** Problems of the minimal recipe with a change, as `text at which they point: message`. */
function problems(change: object, around = there): string[] {
  const text = JSON.stringify({ ...minimal, ...change }, null, 2);
  return parseRecipe(text, around).problems.map(
    ({ offset, length, message }) => `${text.slice(offset, offset + length)}: ${message}`,
  );
}

test("a text that is no recipe is looked at for a moment, however large it is", () => {
  const keys = Array.from({ length: 8000 }, (_, index) => `"stagse${index}": 1`).join(",");
  expect(parseRecipe(`{${keys}}`).problems.length).toBeLessThan(120);
  const many = parseRecipe(`{"stages": [${'{"kind": "dpo"},'.repeat(100_000)}{}]}`).problems;
  expect(many.map(({ message }) => message)).toEqual(["A recipe may have at most 50,000 tokens. The limit is here."]);
  const [long] = parseRecipe(`{"${"s".repeat(2_000_000)}": 1}`).problems;
  expect(long?.message.length).toBeLessThan(200);
});

test("a count beyond what a machine can hold is told at its place, with the most that it may be", () => {
  expect(problems({ stages: [{ kind: "cold-start" }, { kind: "reasoning-rl", num_generations: 1e9 }] })).toEqual([
    expect.stringMatching(/^1000000000: .*4,?096/),
  ]);
  expect(problems({ stages: [{ kind: "cold-start", steps: 1e15 }] })).toEqual([
    expect.stringMatching(/^1000000000000000: /),
  ]);
});

test("a recipe gets every default", () => {
  const { recipe, problems: found } = parseRecipe(JSON.stringify(minimal), there);
  expect(found).toEqual([]);
  expect(recipe).toMatchObject({
    seed: 0,
    engine: "auto",
    model: { hidden_size: 96 },
    rewards: [{ weight: 1 }],
    stages: [
      { name: "cold-start", steps: 2500, learning_rate: 2e-3 },
      { num_generations: 8, learning_rate: 1e-4 },
    ],
    evaluation: { prompts: 256 },
  });
});

test("a reward file may have a # in its name, and be in a folder that has", () => {
  const { recipe, problems: found } = parseRecipe(
    JSON.stringify({ ...minimal, rewards: [{ function: "c#/x#y.reward.ts#a" }] }),
  );
  expect(found).toEqual([]);
  expect(rewardNames(recipe!.rewards)).toEqual(["a"]);
});

test("comments and trailing commas are allowed, positions count lines from 1", () => {
  const text = `{\n  // a comment\n  "name": "x",\n  "seeed": 3,\n}`;
  const [first] = parseRecipe(text).problems.filter(({ path }) => path[0] === "seeed");
  expect(first).toMatchObject({ line: 4, column: 3, length: 7, message: 'Unknown key "seeed". Did you mean "seed"?' });
});

test.each<[string, object, string[]]>([
  [
    "general examples of a dataset that has none",
    {
      general_task: { name: "dataset", train: "rewards/a.reward.ts" },
      stages: [{ kind: "rejection-sampling", general_share: 0.25 }],
    },
    [
      "0.25: General examples need completions, which the general_task does not have. Set its completion_column, or set general_share to 0.",
    ],
  ],
  [
    "pairs of a task without answers",
    {
      general_task: { name: "unanswerable", unanswerable_share: 1 },
      stages: [{ kind: "cold-start" }, { kind: "dpo", pairs: 4 }],
    },
    [
      "4: With unanswerable_share 1 of the general_task no prompt has an answer to prefer for its form: set it below 1.",
    ],
  ],
  [
    "weights of a side where the loss has none",
    {
      general_task: { name: "unanswerable" },
      stages: [
        { kind: "cold-start" },
        { kind: "dpo", pairs: 4, undesirable_weight: 0.5 },
        { kind: "dpo", name: "kto", pairs: 4, loss_type: "kto", undesirable_weight: 0.5 },
      ],
    },
    ['0.5: It has no effect with loss_type "sigmoid": pairs weigh both sides alike.'],
  ],
  [
    "unknown key in a stage",
    { stages: [{ kind: "cold-start", step: 3 }] },
    ['"step": Unknown key "step" in "stages[0]". Did you mean "steps"?'],
  ],
  [
    "unknown task",
    { task: { name: "chainsum" } },
    ['"chainsum": There is no task.name "chainsum". Did you mean "chain-sum"?'],
  ],
  [
    "unknown kind",
    { stages: [{ kind: "grpo" }] },
    ['"grpo": There is no stages[0].kind "grpo". It can be cold-start, reasoning-rl, rejection-sampling,'],
  ],
  [
    "kind missing",
    { stages: [{}] },
    ['{: "stages[0].kind" is missing. It can be cold-start, reasoning-rl, rejection-sampling,'],
  ],
  [
    "bad number",
    { stages: [{ kind: "cold-start", learning_rate: -1 }] },
    ['-1: "stages[0].learning_rate" must be more than 0, not -1.'],
  ],
  ["bad type", { seed: "0" }, ['"0": "seed" must be of type number, not "0".']],
  ["fraction", { seed: 0.5 }, ['0.5: "seed" must be a whole number, not 0.5.']],
  [
    "bad choice",
    { engine: "smid" },
    ['"smid": "engine" must be "auto" or "simd" or "tensorflow" or "cpu", not "smid". Did you mean "simd"?'],
  ],
  [
    "unknown key of a new model",
    { model: { hidden: 4 } },
    [
      '"hidden": Unknown key "hidden" in "model". It can be checkpoint, chat_template, chat_template_kwargs, lora, num_hidden_layers, ',
    ],
  ],
  [
    "duplicate stage",
    { stages: [{ kind: "cold-start" }, { kind: "cold-start" }] },
    ['{: Two stages are named "cold-start".'],
  ],
  [
    "from nowhere",
    { stages: [{ kind: "cold-start" }, { kind: "reasoning-rl", from: "cold-stat" }] },
    ['"cold-stat": There is no stage "cold-stat" before this one. Did you mean "cold-start"?'],
  ],
  [
    "from a later stage",
    { stages: [{ kind: "cold-start", from: "reasoning-rl" }, { kind: "reasoning-rl" }] },
    ['"reasoning-rl": Stage "reasoning-rl" comes later than "cold-start".'],
  ],
  [
    "slips of a task without them",
    { task: { name: "parity" }, stages: [{ kind: "cold-start", slips: {} }] },
    ['"slips": The task parity has no slips; chain-sum has them.'],
  ],
  [
    "slips of a file",
    { stages: [{ kind: "cold-start", slips: {}, examples_file: "a.jsonl" }] },
    ['"a.jsonl": There is no file ', '"slips": The task makes slips'],
  ],
  ["terms", { task: { name: "chain-sum", min_terms: 9 } }, ["9: min_terms (9) is more than max_terms (7)."]],
  ["heads", { model: { hidden_size: 90 } }, ["90: hidden_size (90) must be a multiple of num_attention_heads (4)."]],
  ["odd heads", { model: { hidden_size: 12 } }, ["12: hidden_size / num_attention_heads (3) must be even"]],
  [
    "layers beyond all models",
    { model: { num_hidden_layers: 1e9 } },
    ['1000000000: "model.num_hidden_layers" must be at most 4096, not 1000000000.'],
  ],
  [
    "a width beyond all models",
    { model: { hidden_size: 4e9, intermediate_size: 4e9 } },
    ['"model.hidden_size" must be at most 1048576', '"model.intermediate_size" must be at most 16777216'],
  ],
  [
    "positions whose tables take all memory",
    { model: { max_position_embeddings: 1e9 } },
    [
      "1000000000: max_position_embeddings: tables for 1,000,000,000 positions would take 96.0 GB, and may take 537 MB.",
    ],
  ],
  ["reward file", { rewards: [{ function: "no.reward.ts#a" }] }, ['"no.reward.ts#a": There is no file ']],
  [
    "reward export",
    { rewards: [{ function: "rewards/a.reward.ts#corect" }] },
    ['"rewards/a.reward.ts#corect": rewards/a.reward.ts exports no reward "corect". Did you mean "correct"?'],
  ],
  [
    "reward form",
    { rewards: [{ function: "a.ts" }] },
    ['"a.ts": "rewards[0].function": must be FILE.reward.ts#EXPORT'],
  ],
  ["no reward", { rewards: [] }, ['"rewards": "rewards" needs at least 1 entry.']],
  ["checkpoint", { model: { checkpoint: "base" } }, ['"base": There is no folder ']],
  [
    "variables of a template that prompts do not go through",
    { model: { checkpoint: "base", chat_template_kwargs: { enable_thinking: false } } },
    ["These are variables of the chat template, which is not used", "There is no folder "],
  ],
  [
    "variables that are ours",
    { model: { checkpoint: "base", chat_template: "rag", chat_template_kwargs: { messages: [] } } },
    ['Each prompt sets "messages" itself', "There is no folder "],
  ],
  ["RL on noise", { stages: [{ kind: "reasoning-rl" }] }, ['"reasoning-rl": This stage starts from a new model']],
])("%s is told at its place", (_, change, expected) => {
  const found = problems(change);
  expect(found).toHaveLength(expected.length);
  expected.forEach((text, index) => expect(found[index]).toContain(text));
});

test("what is missing is told", () => {
  expect(problems({ task: undefined }, there)).toEqual(['{: "task" is missing.']);
  expect(parseRecipe("").problems).toHaveLength(1);
  expect(parseRecipe("[]").problems).toMatchObject([{ line: 1, column: 1 }]);
});

test("broken JSON is told in words, whatever is broken", () => {
  expect(parseRecipe('{ "name" 3 }').problems[0]?.message).toBe("A colon is missing here.");
  const text = JSON.stringify(minimal);
  for (let length = 0; length < text.length; length += 7) {
    const { recipe, problems: found } = parseRecipe(text.slice(0, length), there);
    expect(recipe).toBeNull();
    expect(found.length).toBeGreaterThan(0);
  }
});

test("what is nested without end is told where it is too deep, and is no fault of an editor's feature", () => {
  const text = `{ // it's [\n"model": ${'{"a":['.repeat(20_000)}`;
  const { recipe, problems: found } = parseRecipe(text, there);
  expect(recipe).toBe(null);
  expect(found.map(({ message, line }) => ({ message, line }))).toEqual([
    { message: "A recipe may be nested at most 100 levels deep. Close a bracket before this.", line: 2 },
  ]);
  expect(hoverAt(text, 15)).toMatchObject({ line: 2 });
  expect(completeAt(text, text.length, () => [])).toEqual([]);
  expect(parseRecipe(`[${"a ".repeat(5000)}]`).problems).toHaveLength(100);
});

test("whatever the text is, there is a recipe or a problem within it", () => {
  const text = JSON.stringify(minimal, null, 1);
  const value = fc.oneof(fc.json(), fc.constantFrom("{}", "[]", "-1", '"x"', "null", "1e99"));
  const places = [...text.matchAll(/"[^"]*"|\{\}/g)].map(({ index, 0: found }) => [index, found.length] as const);
  fc.assert(
    fc.property(fc.constantFrom(...places), value, ([index, length], json) => {
      const changed = text.slice(0, index) + json + text.slice(index + length);
      const { recipe, problems: found } = parseRecipe(changed, there);
      expect(recipe !== null || found.some(({ severity }) => severity === "error")).toBe(true);
      for (const problem of found) {
        expect(problem.offset + problem.length).toBeLessThanOrEqual(changed.length + 1);
        expect(problem.message).not.toBe("");
      }
    }),
    { numRuns: 300 },
  );
});

test("without surroundings nothing outside the text is asked for", () => {
  expect(parseRecipe(JSON.stringify(minimal)).problems).toEqual([]);
});
