/** The preference pairs that a stage learns from and is measured on. */
import { isHeldOutLabel, preferences, readLabels } from "../../labels/label";
import { holdsRows } from "../../labels/label-rows";
import { askedOf, plainText, type Asked } from "../../protocol/conversation";
import type { LeftOutRow } from "../../protocol/reports";
import { resolveFrom } from "../../recipes/resolve-from";
import { usesChatTemplate } from "../../recipes/schema";
import type { PairSpec } from "../../recipes/stages";
import { filesOf, problemOfPath } from "../../rows/data-file";
import { readWholeText } from "../../rows/text-blocks";
import { askedTexts } from "../../tasks/conversation";
import { readPairRows, type PairFile, type PairRow } from "../../tasks/pair-rows";
import { preferencePairs } from "../../tasks/preference-pairs";
import { askedAs } from "../../tasks/system-prompt";
import { isProcedural, type Place } from "../../tasks/task";
import type { StageContext } from "../context";
import { placesText, withoutHeldOut } from "../held-out-rows";
import { UserError } from "../../shared/user-error";

export interface PreferencePair extends Asked {
  readonly chosen: string;
  readonly rejected: string;
  /** As in {@link PairRow}. */
  readonly turns?: PairRow["turns"];
  /** As in {@link PairRow}. */
  readonly margin?: number | null;
  /** Of pairs that are read from a file. */
  readonly place?: Place;
}

export interface Pairs {
  readonly training: readonly PreferencePair[];
  readonly heldOut: readonly PreferencePair[];
  /** How many of each are from label files; they stand last. */
  readonly labelled: { readonly training: number; readonly heldOut: number };
  /** What was left out of label files, in sentences. */
  readonly problems: readonly string[];
  /** Pairs that were not taken. */
  readonly leftOut: readonly LeftOutRow[];
}

/** Throws when a file cannot be used, holds a prompt of the held-out evaluation, or nothing is left to learn from. */
export function readPairs(context: StageContext, stage: PairSpec): Pairs {
  const labels = stage.labels.flatMap((name) => filesNamed(context, name)).map((file) => readPairFile(context, file));
  const { kept, leftOut } = withoutHeldOut(
    context,
    stage,
    labels.flatMap(({ pairs }) => pairs),
    (pair) => ({
      place: pair.place,
      asked: askedTexts(pair),
    }),
  );
  const same = kept.filter(({ chosen, rejected }) => chosen === rejected);
  if (same.length > 0)
    context.remark(
      "identical-pairs",
      `${same.length} of ${kept.length} pairs are left out: chosen and rejected are the same (${placesText(same.map(({ place }) => place))}).`,
    );
  const labelled = kept.filter((pair) => pair.chosen !== pair.rejected && fits(stage, pair.tags));
  remarkMargins(context, stage, labelled);
  const isApart = ({ prompt }: PreferencePair): boolean => isHeldOutLabel(prompt);
  const [learnt, apart] = [labelled.filter((pair) => !isApart(pair)), labelled.filter(isApart)];
  const training = [...made(context, stage, stage.pairs, false), ...learnt];
  if (training.length === 0)
    throw new UserError(
      `Stage ${stage.name} has no preference pairs to learn from${stage.tag === undefined ? "" : ` with the tag "${stage.tag}"`}: set pairs, or label some into one of labels.`,
    );
  return {
    training,
    heldOut: [...made(context, stage, stage.pairs > 0 ? stage.eval_pairs : 0, true), ...apart],
    labelled: { training: learnt.length, heldOut: apart.length },
    problems: labels.flatMap(({ notes }) => notes),
    leftOut: [...leftOut, ...same.map(({ prompt, place }) => ({ ...place, prompt, reason: "identical" as const }))],
  };
}

/** Says what becomes of the margins of a file. */
function remarkMargins(context: StageContext, stage: PairSpec, pairs: readonly PairRow[]): void {
  const marked = pairs.filter(({ margin }) => margin !== null).length;
  if (marked === 0) return;
  if (stage.kind === "dpo")
    context.remark("margin", `The margin of ${marked} pairs is not used: it belongs to the loss of reward models.`);
  else if (marked < pairs.length)
    context.remark(
      "margin",
      `${marked} of ${pairs.length} pairs of files have a margin; that of the others counts as 0.`,
    );
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
    throw new UserError(
      `Stage ${stage.name}: pairs are made by a general_task "unanswerable", which the recipe does not have.`,
    );
  return preferencePairs(generalTask, recipe.seed, stage.tag === undefined ? count : 2 * count, heldOut)
    .filter(({ tag }) => fits(stage, [tag]))
    .slice(0, count)
    .map(({ chosen, rejected, ...pair }) => ({ ...askedOf(pair), chosen, rejected }));
}

/** All texts of a stage's files of rows. Labels are left out: a model wrote what they hold, and they grow while a run goes on. */
export function textsOfRows({ recipeFolder }: Pick<StageContext, "recipeFolder">, { labels }: PairSpec): string[] {
  return labels
    .flatMap((name) => filesOf(resolveFrom(recipeFolder, name)))
    .flatMap((file) => (holdsRows(file) ? readPairRows(file, false).pairs : []))
    .flatMap(({ chosen, rejected, ...asked }) => [plainText(asked), chosen, rejected]);
}

/** Files of a setting: several, where it has a star. */
function filesNamed({ recipeFolder }: StageContext, name: string): readonly string[] {
  const path = resolveFrom(recipeFolder, name);
  const problem = problemOfPath(path, "The labels");
  if (problem === null) return filesOf(path);
  throw new UserError(`${problem} The path is relative to the recipe. Label some pairs first.`);
}

/** What *Label Preferences* writes, or rows of `prompt`, `chosen` and `rejected`: the first line says which. */
const readPairFile = (context: StageContext, file: string): PairFile =>
  holdsRows(file) ? readPairRows(file, usesChatTemplate(context.recipe.model)) : readLabelled(context, file);

/** Labels know prompts by their text alone; the recipe's tasks know how they ask it. */
function readLabelled(context: StageContext, file: string): PairFile {
  const { labels, lines, problems } = readLabels(readWholeText(file), file);
  const asks = askedAs(context);
  let unknown = 0;
  const pairs = labels.flatMap((label) =>
    preferences([label]).map((pair): PairRow => {
      const asked = asks(pair.prompt);
      if (!asked) unknown++;
      return { ...pair, ...asked, margin: null, place: { file, line: lines.get(label.id)! } };
    }),
  );
  return {
    pairs,
    notes: [
      ...problems.map(({ message }) => message),
      ...(unknown === 0
        ? []
        : [
            `${file}: ${unknown} of ${pairs.length} pairs have prompts that no task of the recipe asks: they are read without a system message`,
          ]),
    ],
  };
}
