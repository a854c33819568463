/**
 * Writes a finished run with as many steps and metrics as somebody asks for into a project, as a trainer would have.
 *   node long-run.cjs PROJECT STEPS METRICS
 */
import * as z from "zod";
import { exampleRun } from "../../server/runs/example-run";
import { openRunWriter } from "../../server/runs/writer";
import { randomStream } from "../../server/shared/random";

const [project, steps, metrics] = z
  .tuple([z.string(), z.coerce.number().int().positive(), z.coerce.number().int().min(12)])
  .parse(process.argv.slice(2));
const folder = exampleRun(project, {
  name: "long",
  stages: [{ name: "reasoning-rl", kind: "reasoning-rl", steps, from: null }],
});
const random = randomStream("bench", "long run");
/** Those that stand first, and further ones. */
const names = [
  "reward",
  "reward_std",
  "rewards/correct/mean",
  "rewards/wellFormed/mean",
  "completions/mean_length",
  "completions/min_length",
  "completions/max_length",
  "entropy",
  "grad_norm",
  "kl",
  "loss",
  ...Array.from({ length: metrics - 12 }, (_, index) => `more/metric_${index}`),
];
const start = Date.now() - 1000 * steps;
const writer = openRunWriter(folder);
for (let step = 1; step <= steps; step++) {
  const trend = 1 - Math.exp(-step / (0.2 * steps));
  const numbers = Object.fromEntries(names.map((name) => [name, Number((trend + 0.2 * random()).toFixed(6))]));
  writer.appendMetrics({ stage: "reasoning-rl", step, time: start + 1000 * step, num_tokens: 4096 * step, ...numbers });
}
writer.update((record) => ({
  ...record,
  status: "completed",
  process: null,
  stages: record.stages.map((stage) => ({ ...stage, status: "completed", step: steps })),
}));
writer.close();
process.stdout.write(`${folder}\n`);
