/** The preference pairs that a stage learns from and is measured on. */
import * as z from "zod";
import { heldOutTest, refuseLeaks } from "../evaluation/leaks";
import { isHeldOutLabel, preferences, readLabels } from "../labels/label";
import { holdsRows } from "../labels/label-rows";
import { askedOf, type Asked } from "../protocol/conversation";
import { resolveFrom } from "../recipes/resolve-from";
import type { PairSpec } from "../recipes/stages";
import { filesOf, problemOfPath } from "../rows/data-file";
import { readRows } from "../rows/read-rows";
import { columnNames, describeIssue } from "../rows/row";
import { readWholeText } from "../rows/text-blocks";
import { preferencePairs } from "../tasks/preference-pairs";
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
  const labels = stage.labels.flatMap((name) => filesNamed(context, name)).map((file) => readPairFile(context, file));
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

interface PairFile {
  readonly pairs: readonly Row[];
  readonly problems: readonly string[];
}

/** All texts of a stage's files of rows. Labels are left out: a model wrote what they hold, and they grow while a run goes on. */
export function textsOfRows({ recipeFolder }: Pick<StageContext, "recipeFolder">, { labels }: PairSpec): string[] {
  return labels
    .flatMap((name) => filesOf(resolveFrom(recipeFolder, name)))
    .flatMap((file) => (holdsRows(file) ? readPairRows(file) : []))
    .flatMap(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]);
}

/** Files of a setting: several, where it has a star. */
function filesNamed({ recipeFolder }: StageContext, name: string): readonly string[] {
  const path = resolveFrom(recipeFolder, name);
  const problem = problemOfPath(path, "The labels");
  if (problem === null) return filesOf(path);
  throw new Error(`${problem} The path is relative to the recipe. Label some pairs first.`);
}

/** What *Label Preferences* writes, or rows of `prompt`, `chosen` and `rejected`: the first line says which. */
function readPairFile(context: StageContext, file: string): PairFile {
  const read = holdsRows(file) ? { pairs: readPairRows(file), problems: [] } : readLabelled(file);
  refuseLeaks(
    heldOutTest(context),
    read.pairs.map(({ prompt, place }) => ({ prompt, ...place })),
  );
  return read;
}

function readLabelled(file: string): PairFile {
  const { labels, lines, problems } = readLabels(readWholeText(file), file);
  return {
    pairs: labels.flatMap((label) =>
      preferences([label]).map((pair) => ({ ...pair, place: { file, line: lines.get(label.id)! } })),
    ),
    problems: problems.map(({ message }) => message),
  };
}

const readPairRows = (path: string): Row[] =>
  readRows(path, "The labels", ({ columns, file, line }) => {
    const parsed = rowSchema.safeParse(columns);
    if (parsed.success) return { ...parsed.data, place: { file, line } };
    const wrong = describeIssue(parsed.error.issues[0]!, columns);
    throw new Error(
      `not a row with prompt, chosen and rejected, each a text: ${wrong}. It has: ${columnNames(columns)}.`,
    );
  });
