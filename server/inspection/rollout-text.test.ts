import { expect, test } from "vitest";
import * as z from "zod";
import { exampleRollout, exampleRun } from "../runs/example-run";
import { openTraceWriter } from "../runs/trace-writer";
import { rolloutText } from "./rollout-text";

const hostile = "```\n</script>\u0000\u202e\ud800\u001b[31m";

function recorded() {
  const folder = exampleRun();
  const writer = openTraceWriter(folder);
  writer.recordVocabulary(["<think>", "b"]);
  const rewards = { "a|b": { kind: "error" as const, message: "no\nway", file: null, line: 3, column: null } };
  const rollout = exampleRollout({ completion: hostile, rewards, row: '{"level": 2}', reward: null });
  writer.recordRollouts([rollout]);
  writer.close();
  return { ...rollout, folder };
}

test("the row is what is stored, down to the numbers of its tokens", () => {
  const at = recorded();
  const row = z.record(z.string(), z.unknown()).parse(JSON.parse(rolloutText(at, "row")));
  expect(row).toMatchObject({
    prompt: at.prompt,
    row: { level: 2 },
    perToken: {
      tokens: [2, 0, 1],
      texts: [null, "<think>", "b"],
      logprobs: null,
      oldLogprobs: [-0.5, -1.5, -2],
      ratio: [1, 1.25, 1],
      clipped: [0, 1, 0],
    },
  });
  expect(JSON.parse(rolloutText(at, "json"))).toEqual({ ...row, perToken: undefined });
});

test("Markdown holds any text: in a fence that it cannot close, in cells that it cannot leave", () => {
  const text = rolloutText(recorded(), "markdown");
  expect(text).toContain("````text\n```\n</script>");
  expect(text).toContain("| a\\|b | error: line 3: no way |");
});

test("a rollout that is not there is an error", () => {
  expect(() => rolloutText({ ...recorded(), sample: 9 }, "json")).toThrow("not in the traces any more");
});
