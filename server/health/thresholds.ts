/** Where the rules draw their lines: a row for each, of which settings, documentation and the rules' own sentences are made. */
import * as z from "zod";

interface ThresholdRow {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  /** What it says, for the settings editor and the documentation. */
  readonly about: string;
}

/** Settings `reasoningLab.health.<name>`. */
export const thresholdTable = {
  window: {
    usual: 20,
    least: 5,
    most: 1000,
    about: "Rows of metrics that a rule looks at. A stage with fewer than twice as many gives hardly any notes.",
  },
  noSignal: {
    usual: 0.9,
    least: 0.1,
    most: 1,
    about: "Share of groups without signal from which on a stage learns next to nothing.",
  },
  weakSignal: {
    usual: 0.6,
    least: 0.1,
    most: 1,
    about: "Share of groups without signal from which on much of the sampling is wasted.",
  },
  entropyShare: {
    usual: 0.1,
    least: 0.001,
    most: 1,
    about: "Entropy has collapsed when it is below this share of what the stage began with.",
  },
  kl: {
    usual: 0.5,
    least: 0.001,
    most: 100,
    about: "KL to the reference policy, in nats per token, above which it may be running away.",
  },
  klGrowth: {
    usual: 1.5,
    least: 1,
    most: 100,
    about: "KL runs away when it is this many times what it was a window before.",
  },
  lengthFactor: {
    usual: 2,
    least: 1.1,
    most: 100,
    about: "Completions run away when they are this many times as long as at the beginning and nothing got better.",
  },
  truncated: {
    usual: 0.3,
    least: 0.01,
    most: 1,
    about: "Share of completions cut off at their longest length.",
  },
  passDrop: {
    usual: 0.05,
    least: 0,
    most: 1,
    about: "Smallest fall of held-out pass@1 or pass@k that counts, on top of two standard errors.",
  },
  dominance: {
    usual: 0.8,
    least: 0.5,
    most: 1,
    about: "Share of the reward's gain from which on one reward function made it alone.",
  },
  errorSteps: {
    usual: 0.2,
    least: 0.01,
    most: 1,
    about: "Share of steps with reward errors.",
  },
  effectiveSamples: {
    usual: 0.5,
    least: 0.01,
    most: 1,
    about: "Effective sample size, as a share of the tokens, below which few tokens decide an update.",
  },
  clipped: {
    usual: 0.3,
    least: 0.01,
    most: 1,
    about: "Share of tokens whose gradient is clipped.",
  },
} as const satisfies Readonly<Record<string, ThresholdRow>>;

export type ThresholdName = keyof typeof thresholdTable;
export type Thresholds = { readonly [Name in ThresholdName]: number };

const names = Object.keys(thresholdTable) as ThresholdName[];

/** What holds where nobody says otherwise. */
export const usualThresholds = Object.fromEntries(
  names.map((name) => [name, thresholdTable[name].usual]),
) as Thresholds;

const given = z.record(z.string(), z.unknown()).catch({});

const schemaOf = (name: ThresholdName) => {
  const { least, most } = thresholdTable[name];
  return (name === "window" ? z.int() : z.number()).min(least).max(most);
};

/** Thresholds by settings, as an editor gives them; what is no number within its range is as usual. */
export function thresholdsOf(settings: unknown): Thresholds {
  const found = given.parse(settings ?? {});
  return Object.fromEntries(
    names.map((name) => [name, schemaOf(name).catch(thresholdTable[name].usual).parse(found[name])]),
  ) as Thresholds;
}

/** A sentence for each value that {@link thresholdsOf} does not take; the manifest's schema says the same in an editor. */
export function thresholdFaults(settings: unknown): string[] {
  const found = given.parse(settings ?? {});
  return names
    .filter((name) => found[name] !== undefined && !schemaOf(name).safeParse(found[name]).success)
    .map((name) => {
      const { usual, least, most } = thresholdTable[name];
      const kind = name === "window" ? "whole number" : "number";
      return `reasoningLab.health.${name} is no ${kind} from ${least} to ${most}: ${usual} is used.`;
    });
}
