/** The preference pairs that a stage learns from and is measured on. */
import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { heldOutTest, refuseLeaks } from "../evaluation/leaks";
import { holdsRows, isHeldOutLabel, preferences, readLabels } from "../labels/label";
import { askedOf, type Asked } from "../protocol/conversation";
import { resolveFrom } from "../recipes/resolve-from";
import type { PairSpec } from "../recipes/stages";
import { preferencePairs } from "../tasks/preference-pairs";
import { columnNames, describeIssue } from "../tasks/json-lines";
import { isProcedural, type Place } from "../tasks/task";
import type { StageContext } from "./context";

export interface PreferencePair extends Asked {
  readonly chosen: string;
  readonly rejected: string;
  /** Of pairs that are read from a file. */
  readonly place?: Place;
}

export interface Pairs {
  readonly training: readonly PreferencePair[];
  readonly heldOut: readonly PreferencePair[];
  /** How many of each are from label files; they stand last. */
  readonly labelled: { readonly training: number; readonly heldOut: number };
  /** What could not be read of label files. */
  readonly problems: readonly string[];
}

/** Throws when a file cannot be used, holds a prompt of the held-out evaluation, or nothing is left to learn from. */
export function readPairs(context: StageContext, stage: PairSpec): Pairs {
  const labels = stage.labels.map((file) => readPairFile(context, file));
  const labelled = labels.flatMap(({ pairs }) => pairs).filter((pair) => fits(stage, pair.tags));
  const isApart = ({ prompt }: PreferencePair): boolean => isHeldOutLabel(prompt);
  const [learnt, apart] = [labelled.filter((pair) => !isApart(pair)), labelled.filter(isApart)];
  const training = [...made(context, stage, stage.pairs, false), ...learnt];
  if (training.length === 0)
    throw new Error(
      `Stage ${stage.name} has no preference pairs to learn from${stage.tag === undefined ? "" : ` with the tag "${stage.tag}"`}: set pairs, or label some into one of labels.`,
    );
  return {
    training,
    heldOut: [...made(context, stage, stage.pairs > 0 ? stage.eval_pairs : 0, true), ...apart],
    labelled: { training: learnt.length, heldOut: apart.length },
    problems: labels.flatMap(({ problems }) => problems),
  };
}

const fits = ({ tag }: PairSpec, tags: readonly string[]): boolean =>
  tag === undefined || tags.length === 0 || tags.includes(tag);

/** Pairs that the general task makes: half of them are of each tag. */
function made(
  { generalTask, recipe }: StageContext,
  stage: PairSpec,
  count: number,
  heldOut: boolean,
): PreferencePair[] {
  if (count === 0) return [];
  if (!generalTask || !isProcedural(generalTask))
    throw new Error(
      `Stage ${stage.name}: pairs are made by a general_task "unanswerable", which the recipe does not have.`,
    );
  return preferencePairs(generalTask, recipe.seed, stage.tag === undefined ? count : 2 * count, heldOut)
    .filter(({ tag }) => fits(stage, [tag]))
    .slice(0, count)
    .map(({ chosen, rejected, ...pair }) => ({ ...askedOf(pair), chosen, rejected }));
}

const tags = z.array(z.string()).default([]);
const rowSchema = z.object({ prompt: z.string(), chosen: z.string(), rejected: z.string(), tags });
type Row = z.infer<typeof rowSchema> & { readonly place: Place };
const promptSchema = z.object({ prompt: z.string() });

interface PairFile {
  readonly pairs: readonly Row[];
  readonly problems: readonly string[];
}

/** All texts of a stage's files of rows. Labels are left out: a model wrote what they hold, and they grow while a run goes on. */
export function textsOfRows({ recipeFolder }: Pick<StageContext, "recipeFolder">, { labels }: PairSpec): string[] {
  return labels
    .map((name) => resolveFrom(recipeFolder, name))
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
      return holdsRows(text) ? readRows(file, linesOf(text)).pairs : [];
    })
    .flatMap(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]);
}

const linesOf = (text: string) => text.split(/\r?\n/).map((line, index) => ({ line, number: index + 1 }));

/** What *Label Preferences* writes, or rows of `prompt`, `chosen` and `rejected`: the first line says which. */
function readPairFile(context: StageContext, name: string): PairFile {
  const file = resolveFrom(context.recipeFolder, name);
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new Error(`The labels ${file} cannot be read. The path is relative to the recipe. Label some pairs first.`, {
      cause: error,
    });
  }
  const lines = linesOf(text);
  const read = holdsRows(text) ? readRows(file, lines) : readLabelled(file, text);
  const prompts = new Set(read.pairs.map(({ prompt }) => prompt));
  refuseLeaks(
    heldOutTest(context),
    lines.flatMap(({ line, number }) => {
      const prompt = promptOf(line);
      return prompt !== null && prompts.has(prompt) ? [{ prompt, file, line: number }] : [];
    }),
  );
  return read;
}

/** The prompt of a line of either format; null: it has none. */
function promptOf(line: string): string | null {
  try {
    return promptSchema.parse(JSON.parse(line)).prompt;
  } catch {
    return null;
  }
}

function readLabelled(file: string, text: string): PairFile {
  const { labels, lines, problems } = readLabels(text, file);
  return {
    pairs: labels.flatMap((label) =>
      preferences([label]).map((pair) => ({ ...pair, place: { file, line: lines.get(label.id)! } })),
    ),
    problems: problems.map(({ message }) => message),
  };
}

function readRows(file: string, lines: readonly { readonly line: string; readonly number: number }[]): PairFile {
  const pairs = lines.flatMap(({ line, number }): Row[] => {
    if (line.trim() === "") return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new Error(`${file}:${number}: not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
        cause: error,
      });
    }
    const parsed = rowSchema.safeParse(value);
    if (parsed.success) return [{ ...parsed.data, place: { file, line: number } }];
    const columns = z.record(z.string(), z.unknown()).safeParse(value).data ?? {};
    const wrong = describeIssue(parsed.error.issues[0]!, columns);
    throw new Error(
      `${file}:${number}: not a row with prompt, chosen and rejected, each a text: ${wrong}. It has: ${columnNames(columns)}.`,
    );
  });
  return { pairs, problems: [] };
}
