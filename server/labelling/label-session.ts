/** Labelling the rollouts of a run: which pairs there are, which file their labels go to, what a reward model says of them. */
import { existsSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import { makeFolders } from "../files/make-folders";
import { readText, sizeLimits } from "../files/workspace-file";
import { writeProblem } from "../files/write-problem";
import { agreementBetweenPasses, agreementWithScorer } from "../labels/agreement";
import { appendLabel } from "../labels/append-label";
import {
  isHeldOutLabel,
  orderedPair,
  pairId,
  type PreferenceLabel,
  type PreferencePair,
  type ReadLabels,
} from "../labels/label";
import { choiceOf, leftSide, mostUncertainFirst } from "../labels/order";
import type { AddedPreference, GivenLabel, LabelKey, LabelState, LabelView } from "../protocol/labels";
import { isLive, type RunRecord } from "../protocol/run";
import { gives } from "../protocol/stage-kinds";
import { parseRecipe } from "../recipes/parse";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { listRuns } from "../runs/list-runs";
import { recipeFileOf, workspaceOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import type { Installation } from "../processes/installation";
import { labelFile, labelsIn } from "../launch/label-file";
import { labelPairs } from "./label-pairs";
import { labelScores, noScores } from "./label-scores";
import { newestCheckpoint, recordedPath } from "../launch/source-checkpoint";
import { UserError } from "../shared/user-error";

/** The recipe as it is on disk, where labels may have been named since; else as the run had it. */
function recipeOf(record: RunRecord, recipeFile: string): Recipe | null {
  try {
    const { recipe } = parseRecipe(readText(recipeFile, sizeLimits.recipe));
    if (recipe) return recipe;
  } catch {
    // Deleted or moved: the run still knows its own.
  }
  const parsed = recipeSchema.safeParse(record.recipe);
  return parsed.success ? parsed.data : null;
}

/** Checkpoints of the recipe's reward models by stage: those that a stage which is run by itself would take. */
function rewardModelsOf(folder: string, record: RunRecord): ReadonlyMap<string, string> {
  const workspaceFolder = workspaceOf(folder);
  const runs = listRuns(workspaceFolder).filter((run) => run.record?.recipeFile === record.recipeFile);
  const names = runs.flatMap((run) =>
    (run.record?.stages ?? []).flatMap((stage) => (gives(stage, "reward model") ? [stage.name] : [])),
  );
  return new Map(
    [...new Set(names)].flatMap((name) => {
      const path = newestCheckpoint(workspaceFolder, record.recipeFile, name);
      return path === null ? [] : [[name, resolve(workspaceFolder, ...path.split("/"))] as const];
    }),
  );
}

/** Makes the folder of a label file. In a new one git is told to merge two people's files by keeping the lines of both. */
function makeFolderOf(file: string): void {
  const folder = dirname(file);
  if (existsSync(folder)) return;
  try {
    makeFolders(folder);
    writeFileSync(join(folder, ".gitattributes"), "*.jsonl merge=union\n");
  } catch (error) {
    throw new UserError(`Labels cannot be written to ${folder}: ${writeProblem(folder, error)}.`, { cause: error });
  }
}

/** Who labels, as lines say it, where no name is set. Empty where the system has no name for the user. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}

export interface LabelSessions {
  read(folder: string, view: LabelView): Promise<LabelState>;
  /** Appends a label. Throws when the pair is not of this run, or the file cannot be written. */
  give(folder: string, view: LabelView, label: GivenLabel): Promise<LabelState>;
  undo(folder: string, view: LabelView): Promise<LabelState>;
  /**
   * Appends a preference of somebody who saw whose completions these are. The same person's opposite one is taken back; one that stands already is not
   * written twice.
   */
  add(folder: string, pair: Preference): Promise<AddedPreference>;
  /** Takes a preference back, by the id of its label; path of the file from the workspace folder. */
  takeBack(folder: string, id: string): Promise<string>;
}

/** Completions of one prompt. */
export interface Preference {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}

interface Session {
  readonly pairs: readonly PreferencePair[];
  /** How far the run was. */
  readonly stamp: number;
}

interface OpenLabels extends ReadLabels {
  readonly record: RunRecord;
  /** Absolute path of the label file. */
  readonly file: string;
}

export interface LabelOptions {
  /** Who labels; empty: the user's name on this system. In containers everybody may have the same. */
  readonly labeller?: () => Promise<string>;
  /** See `labelScores`. */
  readonly patience?: number;
  /** Reads the pairs of a run; unset: this process does. */
  readonly pairs?: (
    folder: string,
    seed: number,
    labelled: readonly PreferencePair[],
  ) => PreferencePair[] | Promise<PreferencePair[]>;
}

/** Sessions of one editor. `installation`: what reward models are asked with. */
export function labelSessions(
  installation: Installation,
  { labeller = () => Promise.resolve(""), patience, pairs: readPairs = labelPairs }: LabelOptions = {},
): LabelSessions {
  const sessions = new Map<string, Session>();
  const scoresOf = labelScores(installation, patience);
  const labelledBy = async (): Promise<string> => (await labeller()).trim() || userName();

  /** Pairs stay while the run goes on; then they are read again, and those with labels stay. */
  async function pairsOf(
    folder: string,
    record: RunRecord,
    labels: readonly PreferenceLabel[],
  ): Promise<Session["pairs"]> {
    const stamp = record.stages.reduce((sum, { step }) => sum + step, 0);
    const known = sessions.get(folder);
    if (known && (known.stamp === stamp || (isLive(record) && known.pairs.length > 0))) return known.pairs;
    const pairs = await readPairs(folder, record.seed, labels);
    sessions.set(folder, { pairs, stamp });
    return pairs;
  }

  function open(folder: string): OpenLabels {
    const record = readRecord(folder);
    const workspaceFolder = workspaceOf(folder);
    const recipeFile = recipeFileOf(folder, record);
    const file = labelFile(recipeOf(record, recipeFile), recipeFile, workspaceFolder);
    return { record, file, ...labelsIn(file, workspaceFolder) };
  }

  /** Labels of a person in a pass over these pairs, oldest first. */
  const own = (
    by: string,
    labels: readonly PreferenceLabel[],
    pass: number,
    ids: ReadonlySet<string>,
  ): PreferenceLabel[] => labels.filter((label) => label.by === by && label.pass === pass && ids.has(label.pair));

  async function read(folder: string, view: LabelView, retry: boolean): Promise<LabelState> {
    const by = await labelledBy();
    const { record, file, labels, problems } = open(folder);
    const pairs = await pairsOf(folder, record, labels);
    const models = rewardModelsOf(folder, record);
    const checkpoint = view.rewardModel === null ? undefined : models.get(view.rewardModel);
    const scores = checkpoint === undefined ? noScores : await scoresOf(checkpoint, [...pairs, ...labels], retry);
    const missing = view.rewardModel !== null && checkpoint === undefined;
    const agreement = (of: readonly PreferenceLabel[]) =>
      checkpoint === undefined || scores.asking || scores.problem !== null ? null : agreementWithScorer(of, scores.of);
    const ids = new Set(pairs.map(pairId));
    // A later pass goes over what the first has decided.
    const first = new Set(own(by, labels, 1, ids).flatMap(({ pair, choice }) => (choice === "skip" ? [] : [pair])));
    const ofPass = view.pass === 1 ? pairs : pairs.filter((pair) => first.has(pairId(pair)));
    const given = own(by, labels, view.pass, ids);
    const done = new Set(given.map(({ pair }) => pair));
    const waiting = ofPass
      .filter((pair) => !done.has(pairId(pair)))
      .map((pair) => {
        const [a, b] = [scores.of(pair.prompt, pair.a), scores.of(pair.prompt, pair.b)];
        return { ...pair, scores: view.order === "uncertain" && a !== null && b !== null ? { a, b } : null };
      });
    // Of an order that is not known yet nothing is shown: it would change under the hand.
    const isOrdered = view.order === "shuffled" || !scores.asking;
    const next = isOrdered ? mostUncertainFirst(waiting, record.seed + view.pass)[0] : undefined;
    const last = given.at(-1);
    return {
      file: recordedPath(workspaceOf(folder), file),
      problems: problems.map(({ message }) => message),
      view,
      next: next ? shown(next, record.seed, view.pass) : null,
      done: ofPass.length - waiting.length,
      total: ofPass.length,
      last: last ? { prompt: last.prompt, key: keyOf(last, record.seed) } : null,
      by,
      rewardModels: [...models.keys()],
      asking: scores.asking,
      rewardModelProblem: missing
        ? `No run of this recipe has a checkpoint of "${view.rewardModel}".`
        : (scores.problem ?? scores.remark),
      withRewardModel: agreement(labels),
      withRewardModelHeldOut: agreement(labels.filter(({ prompt }) => isHeldOutLabel(prompt))),
      betweenPasses: agreementBetweenPasses(labels),
    };
  }

  return {
    read: (folder, view) => read(folder, view, true),
    async give(folder, view, { pair, key, tags }) {
      const by = await labelledBy();
      const { record, file, labels } = open(folder);
      // What was shown can be labelled, also when the run has gone on since.
      const pairs = sessions.get(folder)?.pairs ?? (await pairsOf(folder, record, labels));
      const found = pairs.find((candidate) => pairId(candidate) === pair);
      if (!found) throw new UserError("This pair no longer belongs to this run. Open the page again.");
      const left = leftSide(found, record.seed, view.pass);
      const choice = choiceOf(key, left);
      makeFolderOf(file);
      const at = new Date().toISOString();
      appendLabel(file, { id: randomUUID(), pair, ...found, choice, left, tags: [...tags], pass: view.pass, by, at });
      return read(folder, view, false);
    },
    async add(folder, { prompt, chosen, rejected }) {
      if (chosen === rejected) throw new UserError("Both completions are the same text: neither is better.");
      const by = await labelledBy();
      const { file, labels } = open(folder);
      const pair = orderedPair({ prompt, a: chosen, b: rejected });
      const choice = pair.a === chosen ? "a" : "b";
      const path = recordedPath(workspaceOf(folder), file);
      const before = labels.filter((label) => label.by === by && label.pass === 1 && label.pair === pairId(pair));
      const known = before.find((label) => label.choice === choice);
      if (known !== undefined) return { file: path, id: known.id, was: "known" };
      makeFolderOf(file);
      const at = new Date().toISOString();
      const opposite = before.filter((label) => label.choice === (choice === "a" ? "b" : "a"));
      for (const label of opposite) appendLabel(file, { undo: label.id, at });
      const id = randomUUID();
      appendLabel(file, { id, pair: pairId(pair), ...pair, choice, tags: [], pass: 1, by, at });
      return { file: path, id, was: opposite.length > 0 ? "opposite" : "new" };
    },
    takeBack(folder, id) {
      const { file, labels } = open(folder);
      if (!labels.some((label) => label.id === id)) throw new UserError("This preference was taken back already.");
      appendLabel(file, { undo: id, at: new Date().toISOString() });
      return Promise.resolve(recordedPath(workspaceOf(folder), file));
    },
    async undo(folder, view) {
      const by = await labelledBy();
      const { record, file, labels } = open(folder);
      const pairs = await pairsOf(folder, record, labels);
      const last = own(by, labels, view.pass, new Set(pairs.map(pairId))).at(-1);
      if (!last) throw new UserError("There is no label in this pass to undo.");
      appendLabel(file, { undo: last.id, at: new Date().toISOString() });
      return read(folder, view, false);
    },
  };
}

function shown(pair: PreferencePair, seed: number, pass: number): LabelState["next"] {
  const left = leftSide(pair, seed, pass);
  const [first, second] = left === "a" ? [pair.a, pair.b] : [pair.b, pair.a];
  return { pair: pairId(pair), prompt: pair.prompt, left: first, right: second };
}

/** The key that a label was given by. */
function keyOf(label: PreferenceLabel, seed: number): LabelKey {
  if (label.choice === "tie" || label.choice === "skip") return label.choice;
  return label.choice === (label.left ?? leftSide(label, seed, label.pass)) ? "left" : "right";
}
