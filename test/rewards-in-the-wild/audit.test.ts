/** What no rule can tell from the text, the audit finds by attacks; sound rewards have no proven finding. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { auditRewards } from "../../server/audit/audit";
import type { AuditReport, AuditRollout } from "../../server/protocol/audit";
import type { Installation } from "../../server/processes/installation";
import { testInstallation } from "../../server/processes/installation.testing";
import { wildRewards } from "./collection.testing";

const faulty = wildRewards("faulty").filter(({ caughtBy }) => caughtBy.some((one) => one.startsWith("audit:")));
const sound = wildRewards("sound");

/** Prompts with rollouts as a run would have them: numbers, one of them 0, one negative, and words. */
const rollouts: AuditRollout[] = [
  ["6+6=", "12"],
  ["4-4=", "0"],
  ["4-7=", "-3"],
  ["The capital of France?", "Paris"],
  ["Is 7 even or odd?", "odd"],
].flatMap(([prompt, answer], group) =>
  [
    [`<think>I add it up. It is ${answer!}.</think><answer>${answer!}</answer>`, 1] as const,
    ["<think>I guess.</think><answer>99</answer>", 0] as const,
  ].map(([completion, correct], sample) => ({
    prompt: prompt!,
    answer: answer!,
    row: "{}",
    completion,
    correct,
    place: { folder: "/runs/1", stage: "rl", step: 1, purpose: "train" as const, group, sample },
  })),
);

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
  // Several pools at a time.
  process.setMaxListeners(100);
});

const audit = (file: string): Promise<AuditReport> =>
  auditRewards({
    workspaceFolder: join(file, ".."),
    file,
    export: null,
    installation,
    nodePath: "",
    rollouts,
    program: "reasoning-lab",
    typedFile: "a.reward.ts",
  });

const told = ({ findings }: AuditReport, verdict?: "proven"): string[] =>
  findings
    .filter((one) => verdict === undefined || one.verdict === verdict)
    .map(({ id, message, sample }) => `${id}: ${message} ${JSON.stringify(sample).slice(0, 200)}`);

test.concurrent.each(faulty.map((reward) => [reward.name, reward] as const))("%s is found", async (_name, reward) => {
  const report = await audit(reward.file);
  expect(report.failures).toEqual([]);
  const attacks = report.findings.map(({ id, attack }) => (id.startsWith("recipe/") ? id : attack));
  const wanted = reward.caughtBy.flatMap((one) => (one.startsWith("audit:") ? [one.slice("audit:".length)] : []));
  const missing = wanted.filter((attack) => !attacks.includes(attack));
  expect(missing, told(report).join("\n")).toEqual([]);
});

test.concurrent.each(sound.map((reward) => [reward.name, reward] as const))(
  "%s has nothing proven against it",
  async (_name, { file, source }) => {
    // A judge that is not there gives no score, and the audit says so.
    const report = await audit(file);
    if (source.includes("http://127.0.0.1")) expect(report.failures).not.toEqual([]);
    else expect([report.failures, told(report, "proven")]).toEqual([[], []]);
  },
);
