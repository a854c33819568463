/** What an editor asks of the language server: requests that are right, to be changed. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { exampleKinds } from "../../server/protocol/behaviours";
import { methods, methodsOf, type ServerMethod } from "../../server/protocol/methods";
import { projectSamples } from "../../server/protocol/project-samples";
import { wireName } from "../../server/protocol/requests";
import { fromSchema } from "./from-schema";
import { hostileTexts, hostileValue } from "./mutate";
import type { Random } from "./random";

export interface Places {
  readonly workspace: string;
  /** Run folders, good and bad. */
  readonly runs: readonly string[];
  readonly recipes: readonly string[];
  readonly rewards: readonly string[];
}

export interface Request {
  readonly method: string;
  readonly params: unknown;
  /** Whether its parameters may be changed: what it does could be done to something outside of the workspace otherwise. */
  readonly fixed?: boolean;
}

const uri = (path: string): string => pathToFileURL(path).href;
const purposes = ["train", "sampling", "evaluation"] as const;

const starting: readonly ServerMethod[] = ["startRun", "resumeRun", "forkRun", "compare", "evaluateCheckpoint"];
/** What these do could be done to something outside of the workspace, or takes the network. */
const careful: readonly ServerMethod[] = ["newProject", "setUpEngine", "removeEngines"];

/** Whether a server that is trusted would start a run for it. */
export const startsRun = ({ method }: Request): boolean => starting.some((name) => wireName(name) === method);

/** A right request of our own. */
export function labRequest(random: Random, { workspace, runs, recipes, rewards }: Places): Request {
  const folder = random.pick(runs);
  const recipeUri = uri(random.pick(recipes));
  const stage = random.pick(["cold-start", "reasoning-rl", "no-such"]);
  const key = { folder, stage, step: random.below(6), purpose: random.pick(purposes), group: random.below(4) };
  const view = {
    pass: 1 + random.below(2),
    order: random.pick(["shuffled", "uncertain"]),
    rewardModel: random.pick([null, "safe"]),
  };
  const filter = {
    stage: null,
    step: null,
    purpose: null,
    group: null,
    text: random.pick(["", "a", '"', ...hostileTexts]),
    where: random.pick(["", "right", "high and wrong", "best", "changed", "reward > 0.5 and not flat", "text ~ /a+b/"]),
  };
  const picture = {
    sources: [
      { folder, stages: [stage] },
      { folder: random.pick(runs), stages: ["cold-start", "reasoning-rl"] },
      {
        of: [0, random.below(2)],
        value: random.pick(["mean", "low", "high"]),
        band: random.pick(["deviation", "range"]),
      },
    ],
    axis: random.pick(["step", "tokens", "hours"]),
    series: [
      { key: "loss", edge: null, smooth: random.chance(0.5) },
      { key: "reward", edge: { spread: "reward_std", side: "low" }, smooth: true },
    ],
    smoothing: random.pick([0, 0.5, 0.99]),
    positive: random.chance(0.5),
    window: random.pick([null, [0, 3], [3, 0], [-1e300, 1e300]]),
    pixels: random.pick([16, 400, 8192]),
    known: random.pick([
      null,
      { version: "1.0 0", width: random.pick([0, 1e-300, 4]), from: random.pick([0, 2, 1e300]) },
    ]),
  };
  const fork = {
    folder,
    checkpoint: random.pick([null, "reasoning-rl-5", "../../x"]),
    stage: random.pick([null, stage]),
    recipe: random.pick(["file", "run"]),
    settings: [
      {
        path: random.pick(["reasoning-rl.learning_rate", "__proto__.x", ...hostileTexts]),
        text: random.pick(["0.1", "{", ...hostileTexts]),
      },
    ],
  };
  const requests: readonly (() => Omit<Request, "method"> & { readonly method: ServerMethod })[] = [
    () => ({ method: "listRuns", params: {} }),
    () => ({ method: "startRun", params: { recipeUri, stage: null } }),
    () => ({ method: "resumeRun", params: { folder, skipBatch: false, acceptChanges: true } }),
    () => ({ method: "stopRun", params: { folder } }),
    () => ({ method: "readCurves", params: { folder, stage: random.pick([null, "*", stage]) } }),
    () => ({ method: "drawCurves", params: picture }),
    () => ({
      method: "readCurveRows",
      params: {
        runs: [{ folder, stages: [stage] }],
        axis: picture.axis,
        at: random.pick([{ x: random.pick([0, 2.5, -1e300, 1e300]) }, { stage, step: random.below(6) }]),
        keys: ["loss", "reward", ...hostileTexts.slice(0, 3)],
      },
    }),
    () => ({
      method: "writeStepNote",
      params: {
        folder,
        note: { id: null, stage, step: random.below(6), text: random.pick(["a note", ...hostileTexts]) },
      },
    }),
    () => ({ method: "labelRun", params: { folder, label: { name: random.pick(["Named", null, ...hostileTexts]) } } }),
    () => ({ method: "traceSteps", params: { folder } }),
    () => ({ method: "readDrawing", params: { folder } }),
    () => ({
      method: "traceGroups",
      params: { folder, filter, offset: random.below(5), limit: 1 + random.below(50) },
    }),
    () => ({ method: "traceGroup", params: key }),
    () => ({ method: "traceTokens", params: { ...key, sample: random.below(5) } }),
    () => ({ method: "rewardCases", params: { uri: uri(random.pick(rewards)) } }),
    () => ({
      method: "runCases",
      params: { uri: uri(random.pick(rewards)), run: 1, rewards: null, lines: random.pick([null, [1], [1, 2 ** 31]]) },
    }),
    () => ({
      method: "caseOffer",
      params: { ...key, sample: random.below(5), reward: random.pick([null, "correct", ...hostileTexts]) },
    }),
    () => ({
      method: "caseText",
      params: {
        ...key,
        sample: random.below(5),
        reward: random.pick(["correct", ...hostileTexts]),
        expect: random.pick(["1", "[0, 1]", "error", "[1, 0]", ...hostileTexts]),
      },
    }),
    () => ({ method: "scoreSamples", params: { uri: uri(random.pick(rewards)), export: "correct" } }),
    () => ({
      method: "verifyText",
      params: { text: random.pick(["\\boxed{1/2}", ...hostileTexts]), answer: random.pick(["0.5", ...hostileTexts]) },
    }),
    () => ({
      method: "newProject",
      params: {
        folder: join(workspace, random.pick(["new", "rewards", "a b#c"])),
        sample: random.pick(Object.keys(projectSamples)),
      },
      fixed: true,
    }),
    () => ({ method: "newProject", params: { folder: random.pick([1, null, {}, []]) }, fixed: true }),
    () => ({ method: "recipeStages", params: { recipeUri } }),
    () => ({ method: "compareOffers", params: { recipeUri } }),
    () => ({ method: "compare", params: { recipeUri, stage, algorithms: ["grpo"], seeds: [0], tokens: 1000 } }),
    () => ({ method: "forkPoints", params: { folder } }),
    () => ({ method: "forkPlan", params: fork }),
    () => ({ method: "forkRun", params: fork }),
    () => ({ method: "engineStatus", params: {} }),
    // A right one would download.
    () => ({ method: "setUpEngine", params: { variant: hostileValue(random) }, fixed: true }),
    () => ({ method: "readHealth", params: { folder } }),
    () => ({ method: "readBehaviours", params: { folder, since: random.pick([0, 1, 2 ** 40]) } }),
    () => ({
      method: "behaviourExamples",
      params: { folder, kind: random.pick(exampleKinds), purpose: key.purpose, stage: null, step: null },
    }),
    () => ({ method: "cleanUpPlan", params: {} }),
    () => ({ method: "cleanUp", params: { items: [{ kind: "checkpoint", folder, bytes: 1, name: "cold-start-1" }] } }),
    () => ({ method: "readLabels", params: { folder, view } }),
    () => ({ method: "giveLabel", params: { folder, view, label: { pair: "x", key: "left", tags: ["safe"] } } }),
    () => ({ method: "undoLabel", params: { folder, view } }),
    () => ({
      method: "readPipeline",
      params: random.pick([
        { folder, recipeUri: null },
        { folder: null, recipeUri },
      ]),
    }),
    () => ({ method: "readStageReport", params: { folder, stage } }),
    () => ({ method: "datasetFile", params: { folder, stage } }),
    () => ({ method: "evaluateCheckpoint", params: { folder, checkpoint: null, samples: null } }),
  ];
  // A new method is asked by its schema until somebody writes a right request of it above.
  const made = random.pick(methodsOf("page → server", "client → server").filter((name) => !careful.includes(name)));
  const { method, ...request } = random.chance(0.9)
    ? random.pick(requests)()
    : { method: made, params: fromSchema(methods[made].params, random) };
  return { ...request, method: wireName(method) };
}

const position = (random: Random) => ({
  line: random.pick([0, 1, 5, 40, -1, 2 ** 31, 1.5]),
  character: random.pick([0, 3, 200, -1, 2 ** 31]),
});
export const range = (random: Random) => ({ start: position(random), end: position(random) });

/** A request of the protocol's own about a document. */
export function documentRequest(random: Random, document: string): Request {
  const textDocument = { uri: document };
  return random.pick<() => Request>([
    () => ({ method: "textDocument/codeLens", params: { textDocument } }),
    () => ({ method: "textDocument/hover", params: { textDocument, position: position(random) } }),
    () => ({ method: "textDocument/completion", params: { textDocument, position: position(random) } }),
  ])();
}
