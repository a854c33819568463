/** An audit as text. */
import type { AuditFinding, AuditReport } from "../protocol/audit";
import type { RewardOutcome } from "../protocol/traces";
import { plural } from "../shared/plural";

const outcomeText = (outcome: RewardOutcome): string =>
  outcome.kind === "score" ? String(outcome.score) : outcome.kind === "error" ? `error: ${outcome.message}` : "null";

/** Characters of a text that are shown of a list of findings. */
const shortest = 240;

/** `whole`: with all of the text, and what a sound reward would give. */
export function findingText(finding: AuditFinding, { whole = false } = {}): string {
  const { id, verdict, accepted, title, message, sample, got, sound, prompts, tried, command } = finding;
  const shown = JSON.stringify(sample.completion);
  const text =
    whole || shown.length <= shortest ? shown : `${shown.slice(0, shortest)}… (${sample.completion.length} characters)`;
  return [
    `${verdict === "proven" ? "PROVEN" : "LOOK AT"} ${id}: ${title} (on ${prompts} of ${plural(tried, "prompt")})${accepted === null ? "" : ` – accepted: ${accepted}`}`,
    `  ${message}`,
    `  prompt:     ${JSON.stringify(sample.prompt)}`,
    `  gold:       ${JSON.stringify(sample.answer)}`,
    `  completion: ${text}`,
    `  score:      ${outcomeText(got)}${sound === null ? "" : `; a sound reward: ${sound.score} at most`}`,
    ...(finding.place === null
      ? []
      : [
          `  rollout:    ${finding.place.stage} step ${finding.place.step}, group ${finding.place.group}, sample ${finding.place.sample}`,
        ]),
    `  again:      ${command}`,
  ].join("\n");
}

const pays = {
  answer: "pays for the right answer",
  form: "pays for a form",
  other: "pays for something else",
} as const;

export function auditText(report: AuditReport): string {
  const { rewards, findings, failures, prompts, seconds } = report;
  const open = findings.filter(({ accepted }) => accepted === null);
  const proven = open.filter(({ verdict }) => verdict === "proven").length;
  const accepted = findings.length - open.length;
  return [
    ...rewards.map(
      ({ name, pays: what, scored, errors }) =>
        `${name}: ${pays[what]}; ${plural(scored, "completion")} scored, ${plural(errors, "error")}`,
    ),
    ...failures.map((failure) => `FAILED ${failure}`),
    ...open.map((finding) => findingText(finding)),
    ...findings.flatMap(({ id, title, accepted: reason }) =>
      reason === null ? [] : [`ACCEPTED ${id}: ${title}: ${reason}`],
    ),
    `${proven} proven, ${open.length - proven} to look at${accepted === 0 ? "" : `, ${accepted} accepted`}, on ${plural(prompts, "prompt")} in ${seconds.toFixed(1)} s`,
  ].join("\n");
}
