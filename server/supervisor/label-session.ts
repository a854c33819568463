/** Labelling the rollouts of a run: which pairs there are, which file their labels go to, what a reward model says of them. */
import { mkdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import { agreementBetweenPasses, agreementWithScorer } from "../labels/agreement";
import { appendLabel } from "../labels/append-label";
import { choosePairs } from "../labels/choose-pairs";
import { pairId, readLabels, type PreferenceLabel, type PreferencePair } from "../labels/label";
import { choiceOf, leftSide, mostUncertainFirst } from "../labels/order";
import type { GivenLabel, LabelKey, LabelState, LabelView } from "../protocol/labels";
import type { RunRecord } from "../protocol/run";
import { parseRecipe } from "../recipes/parse";
import { resolveFrom } from "../recipes/resolve-from";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { latestCheckpoint } from "../runs/checkpoints";
import { listRuns } from "../runs/list-runs";
import { workspaceOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { openTraces } from "../runs/trace-reader";
import type { Installation } from "./installation";
import { scoreTexts } from "./score-texts";
import { recordedPath } from "./source-checkpoint";

/** Pairs of one session: more than somebody labels in a day. */
const mostPairs = 300;
/** Groups that are looked through for them, newest first. */
const mostGroups = 3000;

/** The newest groups of training, one pair each: held-out prompts are never labelled. */
function pairsOf(folder: string, seed: number): PreferencePair[] {
  const traces = openTraces(folder);
  try {
    const all = { stage: null, step: null, group: null, text: "", show: "all" } as const;
    const groups = (["train", "sampling"] as const).flatMap(
      (purpose) => traces.groups({ ...all, purpose }, 0, mostGroups).groups,
    );
    const pairs: PreferencePair[] = [];
    const seen = new Set<string>();
    for (const key of groups) {
      if (pairs.length === mostPairs) break;
      if (seen.has(key.prompt)) continue;
      seen.add(key.prompt);
      const completions = traces.group(key).map(({ completion }) => completion);
      pairs.push(...choosePairs([{ prompt: key.prompt, completions }], seed));
    }
    return pairs;
  } finally {
    traces.close();
  }
}

/** The recipe as it is on disk, where labels may have been named since; else as the run had it. */
function recipeOf(record: RunRecord, recipeFile: string): Recipe | null {
  try {
    const { recipe } = parseRecipe(readFileSync(recipeFile, "utf8"));
    if (recipe) return recipe;
  } catch {
    // Deleted or moved: the run still knows its own.
  }
  const parsed = recipeSchema.safeParse(record.recipe);
  return parsed.success ? parsed.data : null;
}

/** The file that the recipe trains on, else one beside the recipe. Absolute. */
function labelFile(recipe: Recipe | null, recipeFile: string): string {
  const named = recipe?.stages
    .flatMap((stage) => (stage.kind === "reward-model" || stage.kind === "dpo" ? stage.labels : []))
    .at(0);
  return resolveFrom(dirname(recipeFile), named ?? "labels/preferences.jsonl");
}

/** Newest checkpoints of the recipe's reward models, by stage: of this run, else of another run of the recipe. */
function rewardModelsOf(folder: string, record: RunRecord): ReadonlyMap<string, string> {
  const runs = [
    { folder, record },
    ...listRuns(workspaceOf(folder)).filter((run) => run.record?.recipeFile === record.recipeFile),
  ];
  const found = new Map<string, string>();
  for (const run of runs)
    for (const { name, kind } of run.record?.stages ?? []) {
      const checkpoint = kind === "reward-model" && !found.has(name) ? latestCheckpoint(run.folder, name) : null;
      if (checkpoint !== null) found.set(name, checkpoint);
    }
  return found;
}

type Scores = ReadonlyMap<string, number>;
const textKey = (prompt: string, completion: string): string => JSON.stringify([prompt, completion]);

export interface LabelSessions {
  read(folder: string, view: LabelView): Promise<LabelState>;
  /** Appends a label. Throws when the pair is not of this run, or the file cannot be written. */
  give(folder: string, view: LabelView, label: GivenLabel): Promise<LabelState>;
  undo(folder: string, view: LabelView): Promise<LabelState>;
}

interface Session {
  readonly pairs: readonly PreferencePair[];
  readonly stamp: number;
}

/** Sessions of one editor. `installation`: what reward models are asked with. */
export function labelSessions(installation: Installation): LabelSessions {
  const sessions = new Map<string, Session>();
  /** What reward models said, by checkpoint: they do not change their minds. */
  const scored = new Map<string, Map<string, number>>();
  const by = userInfo().username;

  /** Pairs stay while somebody labels; those of a run that has gone on are read again when the page is opened anew. */
  function session(folder: string, record: RunRecord): Session {
    const stamp = record.stages.reduce((sum, { step }) => sum + step, 0);
    const known = sessions.get(folder);
    if (known && (known.stamp === stamp || record.status === "running")) return known;
    const made = { pairs: pairsOf(folder, record.seed), stamp };
    sessions.set(folder, made);
    return made;
  }

  async function scoresOf(checkpoint: string, pairs: readonly PreferencePair[]): Promise<Scores> {
    const known = scored.get(checkpoint) ?? new Map<string, number>();
    scored.set(checkpoint, known);
    const texts = new Map(
      pairs
        .flatMap(({ prompt, a, b }) => [a, b].map((completion) => ({ prompt, completion })))
        .map((text) => [textKey(text.prompt, text.completion), text] as const)
        .filter(([key]) => !known.has(key)),
    );
    if (texts.size === 0) return known;
    const rewards = await scoreTexts(installation, checkpoint, [...texts.values()]);
    for (const [index, key] of [...texts.keys()].entries()) known.set(key, rewards[index]!);
    return known;
  }

  function open(folder: string): {
    record: RunRecord;
    recipeFile: string;
    file: string;
    pairs: readonly PreferencePair[];
  } {
    const record = readRecord(folder);
    const recipeFile = resolve(workspaceOf(folder), ...record.recipeFile.split("/"));
    const file = labelFile(recipeOf(record, recipeFile), recipeFile);
    return { record, recipeFile, file, pairs: session(folder, record).pairs };
  }

  const labelsIn = (file: string): ReturnType<typeof readLabels> => {
    try {
      return readLabels(readFileSync(file, "utf8"), file);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return { labels: [], problems: [] };
      throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  };

  /** Labels of this person in a pass over these pairs, oldest first. */
  const own = (labels: readonly PreferenceLabel[], pass: number, ids: ReadonlySet<string>): PreferenceLabel[] =>
    labels.filter((label) => label.by === by && label.pass === pass && ids.has(label.pair));

  async function read(folder: string, view: LabelView): Promise<LabelState> {
    const { record, file, pairs } = open(folder);
    const { labels, problems } = labelsIn(file);
    const models = rewardModelsOf(folder, record);
    const checkpoint = view.rewardModel === null ? undefined : models.get(view.rewardModel);
    let scores: Scores | null = null;
    let rewardModelProblem: string | null = null;
    if (view.rewardModel !== null && checkpoint === undefined)
      rewardModelProblem = `No run of this recipe has a checkpoint of "${view.rewardModel}".`;
    else if (checkpoint !== undefined)
      try {
        scores = await scoresOf(checkpoint, [...pairs, ...labels]);
      } catch (error) {
        rewardModelProblem = error instanceof Error ? error.message : String(error);
      }
    const scoreOf = (prompt: string, completion: string): number | null =>
      scores?.get(textKey(prompt, completion)) ?? null;
    const ids = new Set(pairs.map(pairId));
    // A later pass goes over what the first has decided.
    const first = new Set(own(labels, 1, ids).flatMap(({ pair, choice }) => (choice === "skip" ? [] : [pair])));
    const ofPass = view.pass === 1 ? pairs : pairs.filter((pair) => first.has(pairId(pair)));
    const given = own(labels, view.pass, ids);
    const done = new Set(given.map(({ pair }) => pair));
    const waiting = ofPass
      .filter((pair) => !done.has(pairId(pair)))
      .map((pair) => {
        const [a, b] = [scoreOf(pair.prompt, pair.a), scoreOf(pair.prompt, pair.b)];
        return { ...pair, scores: view.order === "uncertain" && a !== null && b !== null ? { a, b } : null };
      });
    const next = mostUncertainFirst(waiting, record.seed + view.pass)[0];
    const last = given.at(-1);
    return {
      file: recordedPath(workspaceOf(folder), file),
      problems: problems.map(({ message }) => message),
      view,
      next: next ? shown(next, record.seed, view.pass) : null,
      done: ofPass.length - waiting.length,
      total: ofPass.length,
      last: last ? { prompt: last.prompt, key: keyOf(last, record.seed) } : null,
      rewardModels: [...models.keys()],
      rewardModelProblem,
      withRewardModel: scores === null ? null : agreementWithScorer(labels, scoreOf),
      betweenPasses: agreementBetweenPasses(labels),
    };
  }

  return {
    read,
    async give(folder, view, { pair, key, tags }) {
      const { record, file, pairs } = open(folder);
      const found = pairs.find((candidate) => pairId(candidate) === pair);
      if (!found) throw new Error("This pair is not of this run any more. Open the page again.");
      const choice = choiceOf(key, leftSide(found, record.seed, view.pass));
      mkdirSync(dirname(file), { recursive: true });
      const at = new Date().toISOString();
      appendLabel(file, { id: randomUUID(), pair, ...found, choice, tags: [...tags], pass: view.pass, by, at });
      return read(folder, view);
    },
    async undo(folder, view) {
      const { file, pairs } = open(folder);
      const last = own(labelsIn(file).labels, view.pass, new Set(pairs.map(pairId))).at(-1);
      if (!last) throw new Error("There is no label of this pass to take back.");
      appendLabel(file, { undo: last.id, at: new Date().toISOString() });
      return read(folder, view);
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
  return label.choice === leftSide(label, seed, label.pass) ? "left" : "right";
}
