/**
 * Preference labels: a JSONL file, one line each, appended at once and never changed. Two people's files merge in git by keeping the lines of
 * both, in whatever order: a line stands for itself, and undoing is a line too.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { hashText } from "../shared/random";
import { linesOf } from "../rows/text-blocks";
import { canonicalPrompt } from "../shared/canonical-prompt";
import { parseBoundedJson } from "../shared/bounded-json";

const labelSchema = z.strictObject({
  /** Of this line; no other has it. */
  id: z.string().min(1),
  /** `pairId` of the prompt and both completions. */
  pair: z.string().regex(/^[0-9a-f]{16}$/, "must be 16 hexadecimal digits"),
  prompt: z.string(),
  /** The two completions, the one that sorts first as `a`. */
  a: z.string(),
  b: z.string(),
  choice: z.enum(["a", "b", "tie", "skip"]),
  /** The completion that stood left, for who looks for a preference of one side. Unset: nobody was shown sides. */
  left: z.enum(["a", "b"]).optional(),
  tags: z.array(z.enum(["helpful", "safe"])).default([]),
  /** 1 for the first time through the pairs, 2 for the second, … */
  pass: z.int().min(1).default(1),
  /** Who labelled. */
  by: z.string().default(""),
  /** When, ISO 8601 in UTC. */
  at: z.iso.datetime(),
});

const undoSchema = z.strictObject({
  /** The id of the label that is taken back. */
  undo: z.string().min(1),
  at: z.iso.datetime(),
});

export type PreferenceLabel = z.infer<typeof labelSchema>;
export type UndoneLabel = z.infer<typeof undoSchema>;

export interface PreferencePair {
  readonly prompt: string;
  readonly a: string;
  readonly b: string;
}

/** The pair with its completions in the one order that labels are written in, whichever came first. */
export const orderedPair = ({ prompt, a, b }: PreferencePair): PreferencePair =>
  a <= b ? { prompt, a, b } : { prompt, a: b, b: a };

/** The same for the same prompt and completions, in either order. */
export function pairId(pair: PreferencePair): string {
  const { prompt, a, b } = orderedPair(pair);
  return createHash("sha256")
    .update(JSON.stringify([prompt, a, b]))
    .digest("hex")
    .slice(0, 16);
}

/** A label or an undoing as its line, newline included. */
export const labelLine = (line: PreferenceLabel | UndoneLabel): string => `${JSON.stringify(line)}\n`;

export interface LabelProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface ReadLabels {
  /** In the order of their time; those taken back and repeated lines of merges left out. */
  readonly labels: readonly PreferenceLabel[];
  /** Line of each label, by its id. */
  readonly lines: ReadonlyMap<string, number>;
  /** Lines that were left out because they cannot be read, each `FILE:LINE: what is wrong`. */
  readonly problems: readonly LabelProblem[];
}

function readLine(text: string): PreferenceLabel | UndoneLabel | string {
  if (/^(?:<{7}|={7}|>{7}|\|{7})/.test(text))
    return "a merge was left unfinished here. Remove the line; the labels above and below it are both kept.";
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch {
    return "not JSON, perhaps a line that was not written to its end. Remove it and label the pair again.";
  }
  const isUndo = typeof value === "object" && value !== null && "undo" in value;
  const parsed = (isUndo ? undoSchema : labelSchema).safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return `${issue.path.join(".") || "the line"}: ${issue.message}.`;
  }
  const line = parsed.data;
  if ("undo" in line || line.pair === pairId(line)) return line;
  return "pair: is not the id of this prompt with these completions. Were they edited? Label the pair again.";
}

/** Reads a label file. A line that cannot be read is a problem with its place and costs no other line. */
export function readLabels(text: string, file: string): ReadLabels {
  const problems: LabelProblem[] = [];
  const labels = new Map<string, PreferenceLabel>();
  const lines = new Map<string, number>();
  const undone = new Set<string>();
  for (const { text: content, line } of linesOf(text)) {
    const read = readLine(content);
    if (typeof read === "string") problems.push({ line, message: `${file}:${line}: ${read}` });
    else if ("undo" in read) undone.add(read.undo);
    else {
      labels.set(read.id, read);
      lines.set(read.id, line);
    }
  }
  const standing = [...labels.values()].filter(({ id }) => !undone.has(id));
  return {
    labels: standing.sort((x, y) => Date.parse(x.at) - Date.parse(y.at) || (x.id < y.id ? -1 : 1)),
    lines,
    problems,
  };
}

/** What a reward model learns from: TRL's columns. Ties and skipped pairs say nothing to it. */
export function preferences(
  labels: readonly PreferenceLabel[],
): { prompt: string; chosen: string; rejected: string; tags: PreferenceLabel["tags"] }[] {
  return labels.flatMap(({ prompt, a, b, choice, tags }) => {
    if (choice === "a") return [{ prompt, chosen: a, rejected: b, tags }];
    if (choice === "b") return [{ prompt, chosen: b, rejected: a, tags }];
    return [];
  });
}

/** One labelled prompt in so many is held out. */
const heldOutShare = 5;

/** Whether labels of this prompt are what reward models are measured on, and none is trained on. */
export const isHeldOutLabel = (prompt: string): boolean =>
  hashText(canonicalPrompt(prompt), heldOutShare) % heldOutShare === 0;
