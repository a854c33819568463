/** Answers the page on which one talks to a checkpoint. */
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { chatMessageSchema } from "../protocol/conversation";
import type { Handlers } from "../protocol/methods";
import type { PlaySettings, ToPlayground } from "../protocol/playground";
import { gives } from "../protocol/stage-kinds";
import { recipeSchema, type Recipe } from "../recipes/schema";
import type { RunOptions } from "../launch/run";
import { exactJson } from "../rows/exact-json";
import { listCheckpoints } from "../runs/checkpoints";
import { givenCheckpoint } from "../runs/given-checkpoint";
import { checkpointsFolder, recipeFileOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { scoreAnswers } from "../scoring/score-answers";
import { parseBoundedJson } from "../shared/bounded-json";
import { UserError } from "../shared/user-error";
import { verifyMath } from "../verifiers/maths/verify-math";
import type { ListRunsResult } from "../protocol/editor";
import type { Playground } from "./playground";
import type { TraceAsker } from "./ask-traces";
import { folderOf, needTrust, type Workspace } from "./request-guards";
import { verdictReport } from "./verdict-report";

export interface PlaygroundSources extends Workspace {
  readonly options: () => RunOptions;
  readonly playground: Playground;
  readonly traces: TraceAsker;
  readonly runs: () => ListRunsResult;
  readonly log: (text: string) => void;
}

type PlaygroundMethod =
  | "openPlayground"
  | "seePrompt"
  | "heldOutRow"
  | "rowOfGroup"
  | "drawAnswers"
  | "readDrawn"
  | "stopDrawing"
  | "readWritten"
  | "scoreAnswers";

const columnsSchema = z.record(z.string(), z.unknown());

/** Samples that are drawn unless somebody asks for more: those of an evaluation take long. */
const fewSamples = 4;

interface KnownRun {
  readonly recipe: Recipe;
  readonly recipeFile: string;
  readonly engine: "auto" | "simd" | "tensorflow" | "cpu";
  readonly checkpoints: readonly string[];
  readonly given: string | null;
}

function knownRun(folder: string): KnownRun {
  const record = readRecord(folder);
  const parsed = recipeSchema.safeParse(record.recipe);
  if (!parsed.success)
    throw new UserError(
      `${folder} was made by another version of Reasoning Lab, and its recipe cannot be read (${parsed.error.issues[0]?.message ?? ""}).`,
    );
  const recipe = parsed.data;
  const policies = recipe.stages.filter((stage) => gives(stage, "policy")).map(({ name }) => name);
  const given = policies.map((name) => givenCheckpoint(folder, record, name)).findLast((path) => path !== null);
  const checkpoints = listCheckpoints(folder)
    .filter(({ stage }) => policies.includes(stage))
    .toSorted((a, b) => policies.indexOf(b.stage) - policies.indexOf(a.stage) || b.step - a.step)
    .map(({ name }) => name);
  return {
    recipe,
    recipeFile: recipeFileOf(folder, record),
    engine: recipeSchema.shape.engine.safeParse(record.engine.name).data ?? recipe.engine,
    checkpoints,
    given: given ? basename(given) : null,
  };
}

/** As the recipe's evaluation samples, a few at a time. */
const settingsOf = ({ evaluation, seed }: Recipe): PlaySettings => {
  const { temperature, top_k, top_p, min_p, max_completion_length } = evaluation;
  return { samples: fewSamples, temperature, top_k, top_p, min_p, max_completion_length, seed };
};

export function playgroundMethods(state: PlaygroundSources): Handlers<PlaygroundMethod> {
  const { playground } = state;
  /** What a checkpoint of a run is loaded with. Throws where the run has no such one. */
  const loadOf = (folder: string, name: string): Omit<Extract<ToPlayground, { type: "load" }>, "id" | "type"> => {
    folderOf(state, folder);
    const { recipe, recipeFile, engine, checkpoints } = knownRun(folder);
    if (!checkpoints.includes(name))
      throw new UserError(`${folder} has no checkpoint ${name} of a policy any more. Choose another.`);
    const { tensorflow = null } = state.options();
    return {
      checkpoint: join(checkpointsFolder(folder), name),
      recipe,
      recipeFolder: dirname(recipeFile),
      // The engine that trained it, where it is still there.
      engine: engine === "tensorflow" && tensorflow === null ? "auto" : engine,
      tensorflow,
    };
  };
  return {
    async openPlayground({ folder, checkpoint }) {
      folderOf(state, folder);
      const { recipe, checkpoints, given } = knownRun(folder);
      const chosen = checkpoint ?? given;
      if (chosen === null) throw new UserError("This run has no checkpoint of a policy yet.");
      const model = await playground.open(loadOf(folder, chosen));
      return { checkpoint: chosen, checkpoints: [...checkpoints], model, settings: settingsOf(recipe) };
    },
    seePrompt: ({ folder, checkpoint, asked }) => playground.see(loadOf(folder, checkpoint), asked),
    heldOutRow: ({ folder, checkpoint, number }) => playground.row(loadOf(folder, checkpoint), number),
    async rowOfGroup(place) {
      folderOf(state, place.folder);
      const found = await state.traces.ask("scoredGroup", place);
      if (!found) throw new UserError("This rollout is not there any more.");
      const { prompt: _, answer: __, ...columns } = found.group.row;
      const conversation = z.array(chatMessageSchema).safeParse(columns["messages"]).data;
      const { prompt, answer } = found.group;
      return { prompt, ...(conversation ? { conversation } : {}), answer, columns: exactJson(columns), of: 1 };
    },
    drawAnswers: ({ folder, checkpoint, ...draw }) => ({ ticket: playground.draw(loadOf(folder, checkpoint), draw) }),
    readDrawn: ({ folder, ticket, from }) => {
      folderOf(state, folder);
      return playground.drawn(ticket, from);
    },
    stopDrawing: ({ folder, ticket }) => {
      folderOf(state, folder);
      playground.stop(ticket);
      return null;
    },
    readWritten: ({ folder, checkpoint, asked, text }) =>
      playground.readWritten(loadOf(folder, checkpoint), asked, text),
    async scoreAnswers({ folder, prompt, answer, columns, completions }) {
      const workspaceFolder = folderOf(state, folder);
      needTrust(state, "Scoring");
      const { recipe, recipeFile } = knownRun(folder);
      const { installation, nodePath } = state.options();
      const scored = await scoreAnswers({
        recipe,
        recipeFile,
        workspaceFolder,
        prompt,
        answer: answer ?? "",
        columns: columns === null ? {} : columnsSchema.parse(parseBoundedJson(columns)),
        completions,
        installation,
        nodePath,
        log: state.log,
      });
      const verdict = (text: string, gold: string) => {
        const said = verifyMath(text, gold);
        return { score: said.score, report: verdictReport(text, gold, said) };
      };
      return {
        names: [...scored.names],
        weights: [...scored.weights],
        outcomes: [...scored.outcomes],
        totals: [...scored.totals],
        verdicts: answer === null ? null : completions.map((text) => verdict(text, answer)),
      };
    },
  };
}
