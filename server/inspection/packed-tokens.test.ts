import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { mostTop, packedTokensSchema } from "../protocol/token-numbers";
import { exampleRollout, exampleRun } from "../runs/example-run";
import { tracesPath } from "../runs/paths";
import { openTraceWriter } from "../runs/trace-writer";
import { packedTokens } from "./packed-tokens";

const top = {
  count: 2,
  ids: Int32Array.of(2, 1, 0, 2, 1, 0),
  logprobs: Float32Array.of(-0.5, -1, -0.25, -3, -2, -2.5),
};

function recorded() {
  const rollout = exampleRollout();
  const folder = exampleRun();
  const writer = openTraceWriter(folder);
  writer.recordVocabulary(["<think>", "b", "6"]);
  writer.recordRollouts([{ ...rollout, perToken: { ...rollout.perToken, top } }]);
  writer.close();
  return { ...rollout, folder };
}

/** What the page gets, through its schema. */
const read = (at: ReturnType<typeof recorded>) => packedTokensSchema.parse(packedTokens({ ...at, part: "whole" }));

/** Writes numbers that no run of ours has. */
function damage(folder: string, ids: Uint8Array | null, logprobs: Uint8Array | null): void {
  const database = new DatabaseSync(tracesPath(folder));
  database.prepare("UPDATE rollout_tokens SET top_tokens = ?, top_logprobs = ?").run(ids, logprobs);
  database.close();
}

test("the likeliest tokens of each place reach the page, with the texts of all that are named", () => {
  const found = read(recorded());
  expect(Buffer.from(found.top!.ids, "base64")).toEqual(Buffer.from(top.ids.buffer));
  expect(Buffer.from(found.top!.logprobs, "base64")).toEqual(Buffer.from(top.logprobs.buffer));
  expect([found.top!.count, found.topProblem]).toEqual([2, null]);
  expect(found.texts.map(({ text }) => text).sort()).toEqual(["6", "<think>", "b"]);
});

test.each([
  ["ids alone", new Uint8Array(24), null],
  ["log-probabilities alone", null, new Uint8Array(24)],
  ["no whole number of each token", new Uint8Array(16), new Uint8Array(16)],
  ["other numbers of both", new Uint8Array(24), new Uint8Array(12)],
  ["none of any", new Uint8Array(), new Uint8Array()],
  ["more than are ever stored", new Uint8Array(4 * 3 * 11), new Uint8Array(4 * 3 * 11)],
])("a store with %s shows the tokens without them, and says so", (_, ids, logprobs) => {
  const at = recorded();
  damage(at.folder, ids, logprobs);
  expect(read(at)).toMatchObject({ count: 3, top: null, damaged: ["top_logprobs"] });
});

test("more than a page shows are left out, and said", () => {
  const rollout = exampleRollout();
  const folder = exampleRun();
  const writer = openTraceWriter(folder);
  const length = mostTop / 8 + 1;
  const many = { count: 8, ids: new Int32Array(8 * length), logprobs: new Float32Array(8 * length) };
  const none = { ...rollout.perToken, oldLogprobs: null, entropy: null, ratio: null, clipped: null };
  writer.recordRollouts([{ ...rollout, perToken: { ...none, tokens: new Int32Array(length), top: many } }]);
  writer.close();
  expect(read({ ...rollout, folder })).toMatchObject({
    count: length,
    top: null,
    topProblem: expect.stringContaining("are shown") as string,
    damaged: [],
  });
});

test("a long rollout comes in two parts, which are the whole", () => {
  const rollout = exampleRollout();
  const folder = exampleRun();
  const writer = openTraceWriter(folder);
  const count = 5000;
  const numbers = (from: number) => Float32Array.from({ length: count }, (_, index) => from + index);
  const tokens = Int32Array.from({ length: count }, (_, index) => index % 2);
  writer.recordVocabulary(["a", "b", "beside"]);
  const perToken = {
    tokens,
    logprobs: numbers(1),
    oldLogprobs: numbers(2),
    referenceLogprobs: numbers(3),
    entropy: numbers(4),
    ratio: numbers(5),
    clipped: new Uint8Array(count),
    top: { count: 1, ids: new Int32Array(count).fill(2), logprobs: numbers(6) },
  };
  writer.recordRollouts([{ ...rollout, perToken }]);
  writer.close();
  const of = (part: "whole" | "first" | "rest") => packedTokensSchema.parse(packedTokens({ ...rollout, folder, part }));
  const [whole, first, rest] = [of("whole"), of("first"), of("rest")];
  expect([whole.pending, first.pending, rest.pending]).toEqual([false, true, false]);
  expect({ ids: first.ids, logprob: first.columns.logprob }).toEqual({
    ids: whole.ids,
    logprob: whole.columns.logprob,
  });
  // Neither what nobody looks at first, nor the texts of tokens that stand beside.
  expect(Object.values(first.columns).filter((column) => column !== null)).toHaveLength(1);
  expect([first.clipped, first.top]).toEqual([null, null]);
  expect(first.texts.map(({ text }) => text)).toEqual(["a", "b"]);
  expect(rest).toEqual({ ...whole, ids: "", columns: { ...whole.columns, logprob: null } });
  // A short one is whole at once, with the texts of tokens that stand beside.
  const short = recorded();
  const alone = { ...rollout.perToken, tokens: Int32Array.of(0, 0, 0), top };
  const again = openTraceWriter(short.folder);
  again.recordRollouts([{ ...rollout, sample: 1, perToken: alone }]);
  again.close();
  const shortly = packedTokens({ ...short, sample: 1, part: "first" });
  expect(shortly).toEqual(packedTokens({ ...short, sample: 1, part: "whole" }));
  expect(shortly.texts.map(({ text }) => text)).toEqual(["<think>", "b", "6"]);
});
