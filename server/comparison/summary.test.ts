import { expect, test } from "vitest";
import { exampleRun } from "../runs/example-run";
import { readRecord } from "../runs/record";
import { appendFileSync } from "node:fs";
import { metricsPath } from "../runs/paths";
import { summariseRun } from "./summary";

test("a run of more steps than a call can have arguments has a summary", () => {
  const folder = exampleRun();
  const steps = 130_000;
  const rows = Array.from({ length: steps }, (_, index) =>
    JSON.stringify({
      stage: "reasoning-rl",
      step: index + 1,
      time: 0,
      loss: 0,
      entropy: 1,
      step_time: 0.5,
      num_tokens: 10 * (index + 1),
      grad_norm: index % 1000 === 0 ? 9 : 1,
      "memory/peak_mb": index === 7 ? 80 : 40,
    }),
  );
  appendFileSync(metricsPath(folder), `${rows.join("\n")}\n`);
  const passes = { pass_at_1: 0.5, pass_at_k: 0.75 };
  const record = readRecord(folder);
  const [stage] = record.stages;
  const summary = summariseRun(
    { ...record, stages: [{ ...stage!, before: passes, after: passes }] } as unknown as typeof record,
    folder,
    { algorithm: "grpo", target: 2 },
  );
  expect(summary).toMatchObject({
    steps,
    tokens: 10 * steps,
    peakMegabytes: 80,
    gradientSpikes: steps / 1000,
    totalSeconds: steps / 2,
  });
});
