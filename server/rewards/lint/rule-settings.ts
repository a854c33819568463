/** The setting `reasoningLab.rewards.rules`: severity or thresholds by rule. */
import * as z from "zod";
import { isRule, ruleIds, ruleOf, severities, type RuleId, type Severity } from "./rules";

export interface RuleSettings {
  readonly severity: (rule: RuleId) => Severity;
  readonly threshold: (rule: RuleId, name: string) => number;
}

const entrySchema = z.union([z.enum(severities), z.looseObject({ severity: z.enum(severities).optional() })]);

export interface ReadSettings {
  readonly settings: RuleSettings;
  /** In sentences. */
  readonly problems: readonly string[];
}

/** What is wrong is told and left out; the rest counts. */
export function readRuleSettings(value: unknown): ReadSettings {
  const problems: string[] = [];
  const chosen = new Map<RuleId, Severity>();
  const numbers = new Map<string, number>();
  const table = z.record(z.string(), z.unknown()).safeParse(value ?? {});
  if (!table.success)
    problems.push("reasoningLab.rewards.rules must be an object: a severity, or { severity, … }, for each rule.");
  for (const [id, given] of Object.entries(table.data ?? {})) {
    if (!isRule(id)) {
      problems.push(`reasoningLab.rewards.rules: there is no rule "${id}". The rules are ${ruleIds.join(", ")}.`);
      continue;
    }
    const entry = entrySchema.safeParse(given);
    if (!entry.success) {
      problems.push(
        `reasoningLab.rewards.rules: "${id}" must be ${severities.map((one) => `"${one}"`).join(", ")}, or an object with "severity" and thresholds.`,
      );
      continue;
    }
    if (typeof entry.data === "string") {
      chosen.set(id, entry.data);
      continue;
    }
    const { severity, ...thresholds } = entry.data;
    if (severity !== undefined) chosen.set(id, severity);
    for (const [name, number] of Object.entries(thresholds)) {
      const known = ruleOf(id).thresholds?.[name];
      if (!known) {
        const names = Object.keys(ruleOf(id).thresholds ?? {});
        problems.push(
          `reasoningLab.rewards.rules: "${id}" has no threshold "${name}"${names.length > 0 ? `; it has ${names.join(", ")}` : ""}.`,
        );
      } else if (typeof number !== "number" || !(number >= known.least && number <= known.most))
        problems.push(
          `reasoningLab.rewards.rules: "${name}" of "${id}" must be a number from ${known.least} to ${known.most}.`,
        );
      else numbers.set(`${id} ${name}`, number);
    }
  }
  return {
    problems,
    settings: {
      severity: (rule) => chosen.get(rule) ?? ruleOf(rule).severity,
      threshold(rule, name) {
        const known = ruleOf(rule).thresholds?.[name];
        if (!known) throw new Error(`The rule ${rule} has no threshold ${name}.`);
        return numbers.get(`${rule} ${name}`) ?? known.usual;
      },
    },
  };
}

export const usualRules: RuleSettings = readRuleSettings({}).settings;

/** JSON schema of the setting, as the manifest has it. */
export const ruleSettingsSchema = () => ({
  type: "object",
  additionalProperties: false,
  properties: Object.fromEntries(
    ruleIds.map((id) => {
      const { description, severity, thresholds = {} } = ruleOf(id);
      const severityOf = { type: "string", enum: [...severities] };
      const numbers = Object.fromEntries(
        Object.entries(thresholds).map(([name, { usual, least, most, description: text }]) => [
          name,
          { type: "number", default: usual, minimum: least, maximum: most, description: text },
        ]),
      );
      return [
        id,
        {
          markdownDescription: `${description} Usual: \`${severity}\`.`,
          anyOf: [
            severityOf,
            { type: "object", additionalProperties: false, properties: { severity: severityOf, ...numbers } },
          ],
        },
      ];
    }),
  ),
});
