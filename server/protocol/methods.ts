/**
 * What pages, client and language server ask of each other: a row each, with its direction and the schemas of its parameters and its answer. Handlers, calls
 * and what pages may ask derive from the rows, and each boundary parses by them (`requests.ts` beside this).
 *
 * A page speaks to the extension host, and through it to the server, which it asks of runs that the server lists. It pulls: a push is a hint that something
 * changed, at most ten a second and none while the page is hidden.
 */
import * as z from "zod";
import { drawingViewSchema } from "./drawing";
import { givenNoteSchema, labelChangeSchema, stepNoteSchema } from "./annotations";
import { auditViewSchema, rewardFindingSchema } from "./audit";
import { behaviourExampleSchema, behavioursSchema, exampleFilterSchema } from "./behaviours";
import { caseListSchema, caseOfferSchema, caseOutcomeSchema, caseRunSchema, caseTextSchema } from "./cases";
import { cleanUpItemSchema, retentionSchema } from "./clean-up";
import { chatMessageSchema } from "./conversation";
import { caseCoverageSchema, rolloutCoverageSchema } from "./coverage";
import {
  curveAxisSchema,
  curveOverviewSchema,
  curvePictureRequestSchema,
  curvePictureSchema,
  curveRowSchema,
  curveSourceSchema,
  exactRowSchema,
  mostRuns,
  rowsWantedSchema,
} from "./curves";
import { debuggedSchema, debuggerPlaceSchema, debugTargetSchema } from "./debugging";
import * as editor from "./editor";
import { modelOfferSchema } from "./models";
import { projectSampleSchema } from "./project-samples";
import { engineVariants, installedEngineSchema, setupProgressSchema } from "./engine";
import { judgeKeysSchema } from "./judges";
import { healthNotesSchema, thresholdNameSchema } from "./health";
import { addedPreferenceSchema, givenLabelSchema, labelStateSchema, labelViewSchema } from "./labels";
import { panelLayoutSchema } from "./panel-layout";
import { pipelineSchema } from "./pipeline";
import * as play from "./playground";
import { stageReportSchema } from "./reports";
import { rescoreStepsSchema, rescoringSchema } from "./rescore";
import { rolloutMarkSchema, rolloutNotesSchema } from "./rollout-notes";
import { rewardVersionsSchema } from "./reward-versions";
import { rolloutFileRequestSchema, rolloutFileSchema } from "./rollout-files";
import {
  trackerOverviewSchema,
  trackerPictureRequestSchema,
  trackerRequestSchema,
  trackerRowRequestSchema,
} from "./trackers";
import { deletePlanSchema, runTableSchema } from "./run-table";
import { tokenPartSchema } from "./token-numbers";
import { traceQuestions } from "./trace-questions";
import { savedFilterSchema, shows } from "./rollout-filter/saved";
import { longestFilter } from "./rollout-filter/tokens";
import { groupSortSchema, rolloutFormatSchema, traceFilterSchema } from "./traces";
import { placeSchema, rolloutPlaceSchema, savedFileSchema, stageResultSchema } from "./webviews";
import { appliedSettingsSchema, whatIfChangeSchema } from "./what-if";

/** Who says it to whom. What a page asks of the server it asks the client, which passes it on. */
type Direction = "page → server" | "client → server" | "page → client" | "server → client" | "client → page";

const asks =
  <D extends Direction>(direction: D) =>
  <P extends z.ZodType<object>, R extends z.ZodType>(params: P, result: R) => ({ direction, params, result });
/** Nobody answers. */
const says =
  <D extends Direction>(direction: D) =>
  <P extends z.ZodType<object>>(params: P) => ({ direction, params, result: null });

const pageAsksServer = asks("page → server");
const clientAsksServer = asks("client → server");
const pageAsksClient = asks("page → client");
const serverAsksClient = asks("server → client");

const nothing = z.object({});
const run = z.object({ folder: z.string() });
const recipe = z.object({ recipeUri: z.string() });
const stageOfRun = run.extend({ stage: z.string() });
const rolloutOfRun = editor.groupPlaceSchema.extend({ sample: z.int() });
const labels = run.extend({ view: labelViewSchema });
const playground = run.extend({ checkpoint: z.string() });
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();

export const methods = {
  /** All runs of all workspace folders, newest first. */
  listRuns: pageAsksServer(nothing, editor.runListSchema),
  /** What a run has to draw. `stage`: null for the newest, `*` for all. Of a long run that was not read yet a part is read: who asks asks again. */
  readCurves: pageAsksServer(run.extend({ stage: z.string().nullable() }), curveOverviewSchema),
  /** The numbers of runs as a page draws them. */
  drawCurves: pageAsksServer(
    curvePictureRequestSchema.extend({ sources: z.array(curveSourceSchema).max(3 * mostRuns) }),
    curvePictureSchema,
  ),
  /** The numbers of runs at a place of the axis, or of the first one at a step: exactly as they were recorded, by run. Null: a run has not begun there, or has ended. */
  readCurveRows: pageAsksServer(
    z.object({
      runs: z.array(run.extend({ stages: z.array(z.string()) })).max(mostRuns),
      axis: curveAxisSchema,
      at: z.union([z.object({ x: z.number() }), z.object({ stage: z.string(), step: z.number() })]),
      keys: z.array(z.string()).max(400),
    }),
    z.array(curveRowSchema.nullable()),
  ),
  /** Which known failures the numbers of a run show, by the rules of `server/health`. */
  readHealth: pageAsksServer(run, healthNotesSchema),
  /** Metrics that another tool wrote, of a file that a person opened or of the workspace. */
  readTracker: pageAsksServer(trackerRequestSchema, trackerOverviewSchema),
  drawTracker: pageAsksServer(trackerPictureRequestSchema, curvePictureSchema),
  readTrackerRow: pageAsksServer(trackerRowRequestSchema, curveRowSchema.nullable()),
  /** What a run's completions say while they are drawn; null: nothing is drawn that takes its time. */
  readDrawing: pageAsksServer(run, drawingViewSchema.nullable()),
  /** Which steps hold rollouts, in order of the run. */
  traceSteps: pageAsksServer(run, traceQuestions.steps.answer),
  traceGroups: pageAsksServer(
    run.extend({
      filter: traceFilterSchema,
      sort: groupSortSchema.default({ by: "newest", descending: true }),
      offset: z.int().nonnegative(),
      limit: z.int().positive().max(200),
      /** Milliseconds after which what is found so far is the answer: asked again, it goes on. */
      milliseconds: z.int().positive().max(10_000).default(10_000),
      /** Whether to look on past the page, for the count. */
      count: z.boolean().default(false),
    }),
    traceQuestions.groups.answer,
  ),
  /** What a filter leaves of the steps of a stage and purpose; asked again until it is done. */
  traceTimeline: pageAsksServer(
    run.extend({ filter: traceFilterSchema, parts: z.int().positive().max(1000) }),
    traceQuestions.timeline.answer,
  ),
  /** Which samples of a group a filter asks for, and what is marked in them. */
  traceMatches: pageAsksServer(
    editor.groupPlaceSchema.extend({ filter: traceFilterSchema }),
    traceQuestions.matches.answer,
  ),
  /** Names of rewards that a filter can name. */
  traceRewards: pageAsksServer(run, traceQuestions.rewardNames.answer),
  /** All samples of one group. */
  traceGroup: pageAsksServer(editor.groupPlaceSchema, traceQuestions.group.answer),
  /** The tokens of one rollout with their numbers, packed. */
  traceTokens: pageAsksServer(
    rolloutOfRun.extend({ part: tokenPartSchema.default("whole") }),
    traceQuestions.tokens.answer,
  ),
  /** Why a rollout counts as right or wrong, by its task's own verifier, or of a file of another tool by ours. */
  verdictSteps: pageAsksServer(rolloutOfRun, traceQuestions.verdictSteps.answer),
  /** The step of a rollout of training learned again, as it was and with what was changed. */
  whatIf: pageAsksServer(rolloutOfRun.extend({ change: whatIfChangeSchema }), traceQuestions.whatIf.answer),
  /** A group's prompt as the model read it, token by token. */
  promptTokens: pageAsksServer(editor.groupPlaceSchema, traceQuestions.promptTokens.answer),
  /** The rollouts of a group's prompt over the run. */
  promptHistory: pageAsksServer(editor.groupPlaceSchema, traceQuestions.promptHistory.answer),
  /** What people wrote on a run's rollouts. */
  readNotes: pageAsksServer(run, rolloutNotesSchema),
  /** Tags and a note on a rollout, in place of those before, appended at once; all of the run then. */
  writeNote: pageAsksServer(rolloutOfRun.extend(rolloutMarkSchema.shape), rolloutNotesSchema),
  /** A pair of samples of a group as a preference, appended to the recipe's file of labels at once. */
  addPreference: pageAsksServer(
    editor.groupPlaceSchema.extend({ chosen: z.int(), rejected: z.int() }),
    addedPreferenceSchema,
  ),
  /** Takes such a preference back; path of the file from the workspace folder. */
  undoPreference: pageAsksServer(run.extend({ id: z.string() }), z.object({ file: z.string() })),
  /** The versions of its rewards that a run keeps. */
  readRewardVersions: pageAsksServer(run, rewardVersionsSchema),
  /** Re-scorings of a run in this window, the newest first. */
  readRescorings: pageAsksServer(run, z.array(rescoringSchema)),
  /** What rollouts do. `since`: version of the newest answer, 0 for everything. The server looks at some in each call and keeps what it found. */
  readBehaviours: pageAsksServer(run.extend({ since: z.int().nonnegative() }), behavioursSchema),
  /** Places that show a behaviour, newest step first. */
  behaviourExamples: pageAsksServer(run.extend(exampleFilterSchema.shape), list(behaviourExampleSchema)),
  /** What is to be labelled next. */
  readLabels: pageAsksServer(labels, labelStateSchema),
  /** A label, appended at once; what is next. */
  giveLabel: pageAsksServer(labels.extend({ label: givenLabelSchema }), labelStateSchema),
  /** Takes the newest label of this person in this pass back. */
  undoLabel: pageAsksServer(labels, labelStateSchema),
  /** A recipe's stages with what a run made of them; of a recipe by its URI where `folder` is null. */
  readPipeline: pageAsksServer(
    z.object({ folder: z.string().nullable(), recipeUri: z.string().nullable() }),
    pipelineSchema,
  ),
  /** What the last audit of a reward file found; null: none is known. */
  readAudit: pageAsksServer(z.object({ uri: z.string() }), auditViewSchema.nullable()),
  /** Accepts a finding for a reason, in the file beside the reward; an empty reason takes that back. */
  acceptFinding: pageAsksServer(
    z.object({ uri: z.string(), finding: z.string(), reason: z.string() }),
    auditViewSchema,
  ),
  /** Loads a checkpoint to talk to, in a process of its own; null: what the run's last stage that gave a policy gives. */
  openPlayground: pageAsksServer(run.extend({ checkpoint: z.string().nullable() }), play.playgroundSchema),
  /** A prompt as the model sees it. */
  seePrompt: pageAsksServer(
    playground.extend({ asked: play.playPromptSchema }),
    z.object({ text: z.string(), ids: z.array(z.int()) }),
  ),
  /** A held-out row of the recipe's task, from 0. */
  heldOutRow: pageAsksServer(playground.extend({ number: z.int().nonnegative() }), play.playRowSchema),
  /** The row that a group's rollouts answer. */
  rowOfGroup: pageAsksServer(editor.groupPlaceSchema, play.playRowSchema),
  /** Begins to draw answers, which {@link readDrawn} tells of by the ticket. `prefix`: token ids that each begins with. */
  drawAnswers: pageAsksServer(
    playground.extend({
      asked: play.playPromptSchema,
      prefix: z.array(z.int().nonnegative()).max(play.mostTokens),
      settings: play.playSettingsSchema,
    }),
    z.object({ ticket: z.int() }),
  ),
  /** What was drawn since `from` parts of it were told; waits a moment for news. Each answer has its new tokens, and its text and end as they are now. */
  readDrawn: pageAsksServer(
    run.extend({ ticket: z.int(), from: z.int().nonnegative() }),
    z.object({
      answers: z.array(play.playAnswerSchema),
      parts: z.int(),
      done: z.boolean(),
      problem: z.string().nullable(),
    }),
  ),
  /** What is drawn so far stays. */
  stopDrawing: pageAsksServer(run.extend({ ticket: z.int() }), z.null()),
  /** The tokens of an answer that a person wrote. */
  readWritten: pageAsksServer(
    playground.extend({ asked: play.playPromptSchema, text: z.string() }),
    play.playAnswerSchema,
  ),
  /** What the recipe's rewards, as they are now, and the verifier say of answers to one prompt. */
  scoreAnswers: pageAsksServer(
    run.extend({
      prompt: z.string(),
      answer: z.string().nullable(),
      /** The row's JSON, as {@link heldOutRow} has it; null: the prompt is of no row. */
      columns: z.string().nullable(),
      completions: z.array(z.string()).min(1).max(play.mostSamples),
    }),
    play.playScoresSchema,
  ),
  /** What a stage found; null: it has no report yet. */
  readStageReport: pageAsksServer(stageOfRun, stageReportSchema.nullable()),

  /** What the list of runs does not say: settings that differ, newest numbers, sizes as far as they are known. */
  readRunTable: pageAsksServer(nothing, runTableSchema),
  /** The newest rows of a run exactly as they were recorded, and how many there are. */
  readExactRows: pageAsksServer(
    rowsWantedSchema.extend({ folder: z.string(), stages: z.array(z.string()).max(200) }),
    z.object({ rows: z.array(exactRowSchema), all: z.int() }),
  ),
  /** All rows of runs exactly as they were recorded, as CSV. */
  readMetricsCsv: pageAsksServer(
    rowsWantedSchema.extend({ runs: z.array(run.extend({ stages: z.array(z.string()).max(200) })).max(mostRuns) }),
    z.object({ text: z.string(), rows: z.int() }),
  ),
  /** Notes that people wrote at steps of a run. */
  readStepNotes: pageAsksServer(run, list(stepNoteSchema)),
  /** Writes a note at a step, or changes one; all notes as they are now. */
  writeStepNote: pageAsksServer(run.extend({ note: givenNoteSchema }), list(stepNoteSchema)),
  deleteStepNote: pageAsksServer(run.extend({ id: z.string() }), list(stepNoteSchema)),

  /** Starts a recipe, whole (`stage` null) or one stage. Errors are sentences for people; positions go out as diagnostics. */
  startRun: clientAsksServer(recipe.extend({ stage: z.string().nullable() }), editor.startedSchema),
  /** Reads metrics of another tool for the first time. An error says what the file is not. */
  openTracker: clientAsksServer(
    z.object({ file: z.string() }),
    /** `runs`: those that it has numbers of. */
    z.object({ tool: z.string(), runs: z.array(z.string()) }),
  ),
  /** Rollouts in a file of another tool, a slice at a time; what is asked of traces is answered of such a file from then on. */
  openRolloutFile: clientAsksServer(rolloutFileRequestSchema, rolloutFileSchema),
  stopRun: clientAsksServer(run, z.null()),
  /** Bytes that a run takes on the disk. */
  runSize: clientAsksServer(run, z.object({ bytes: z.number() })),
  /** What deleting a run would take along. Throws where somebody works on it. */
  deletePlan: clientAsksServer(run, deletePlanSchema),
  /** Gives a run a name to show, tags, a note. */
  labelRun: clientAsksServer(run.extend({ label: labelChangeSchema }), z.null()),
  resumeRun: clientAsksServer(editor.resumeRequestSchema, editor.resumedSchema),
  /** The checkpoints that a run can be forked from, of its last stage first. */
  forkPoints: clientAsksServer(run, editor.forkPointsSchema),
  /** What a fork would do; nothing is started. */
  forkPlan: clientAsksServer(editor.forkRequestSchema, editor.forkPlanSchema),
  forkRun: clientAsksServer(editor.forkRequestSchema, editor.startedSchema),
  /** Evaluates a checkpoint as a run of its own. */
  evaluateCheckpoint: clientAsksServer(
    run.extend({
      /** Folder name; null: what the run's last stage that gave a policy gives. */
      checkpoint: z.string().nullable(),
      /** Completions per held-out prompt; null: as the recipe has it. */
      samples: z.int().positive().nullable(),
    }),
    editor.startedSchema,
  ),
  /** File of a stage's training set. Throws when there is none. */
  datasetFile: clientAsksServer(stageOfRun, z.string()),
  /** Stages of a recipe, for *Run Stage…*. */
  recipeStages: clientAsksServer(recipe, editor.recipeStagesSchema),
  /** What a recipe's stages can be compared by. */
  compareOffers: clientAsksServer(recipe, editor.compareOffersSchema),
  /** Runs a stage by several algorithms, `tokens` generated in each run; path of the report when all are over. Cancelling stops after the step in progress. */
  compare: clientAsksServer(
    recipe.extend({
      stage: z.string(),
      algorithms: z.array(z.string()).min(1),
      seeds: z.array(z.int().min(0)).min(1),
      tokens: z.int().positive(),
    }),
    z.object({ report: z.string() }),
  ),
  /** Runs one reward over stored rollouts (the newest run's newest steps), or over its cases where there are none. */
  scoreSamples: clientAsksServer(z.object({ uri: z.string(), export: z.string() }), editor.scoredSamplesSchema),
  /** A file of a version of its rewards, as the run keeps it, by the hash of its content. */
  readKeptReward: clientAsksServer(run.extend({ hash: z.string() }), z.object({ text: z.string() })),
  /** A rollout as text to copy or to read. */
  rolloutText: clientAsksServer(
    rolloutOfRun.extend({ format: rolloutFormatSchema }),
    traceQuestions.rolloutText.answer,
  ),
  /** The line of a reward that paid for a rollout, by running it. `note`: a sentence where that is not the line that was run in training, or not known. */
  paidLine: clientAsksServer(
    rolloutOfRun.extend({ reward: z.string() }),
    z.object({ file: z.string(), line: z.int().positive(), note: z.string().nullable() }),
  ),
  /** URI of the recipe that a run was made of. */
  recipeOfRun: clientAsksServer(run, z.object({ uri: z.string() })),
  /** What writes settings into the text of a recipe: a stretch of it, in UTF-16 units, and what stands there then. */
  recipeEdit: clientAsksServer(
    appliedSettingsSchema.extend({ text: z.string() }),
    z.object({ offset: z.int(), length: z.int(), text: z.string() }),
  ),
  /** Where a setting stands in the text of a recipe, in UTF-16 units; `there` false: the stage that has its default. */
  settingPlace: clientAsksServer(
    z.object({ text: z.string(), stage: z.string(), setting: z.string() }),
    z.object({ offset: z.int(), length: z.int(), there: z.boolean() }),
  ),
  /** The cases of a reward file, as the editor has it or as it stands on disk. Nothing is executed. */
  rewardCases: clientAsksServer(z.object({ uri: z.string() }), caseListSchema),
  /** Runs cases as they stand on disk: all, or those of some rewards or lines. `run`: by what the server says of each as it ends. Can be cancelled. */
  runCases: clientAsksServer(
    z.object({
      uri: z.string(),
      run: z.int(),
      rewards: z.array(z.string()).nullable(),
      lines: z.array(z.int().positive()).nullable(),
    }),
    caseRunSchema,
  ),
  /** A rollout as a case to be; what `reward` says of it is asked where one is named. */
  caseOffer: clientAsksServer(rolloutOfRun.extend({ reward: z.string().nullable() }), caseOfferSchema),
  /** The line of a case of a rollout. Throws where `expect` is none of the forms that a case has. */
  caseText: clientAsksServer(rolloutOfRun.extend({ reward: z.string(), expect: z.string() }), caseTextSchema),
  /** Scores stored rollouts of a run again, with a reward file (null: all rewards of its recipe) as it is now. */
  rescoreRun: clientAsksServer(
    run.extend({ uri: z.string().nullable(), export: z.string().nullable(), steps: rescoreStepsSchema }),
    rescoringSchema.pick({ all: true, names: true, seconds: true, notes: true }),
  ),
  /** Runs cases one after the other and says what each of them ran. As {@link runCases}. */
  coverCases: clientAsksServer(
    z.object({
      uri: z.string(),
      run: z.int(),
      rewards: z.array(z.string()).nullable(),
      lines: z.array(z.int().positive()).nullable(),
    }),
    caseCoverageSchema,
  ),
  /** What a reward runs of its source on the newest stored rollouts; lenses say it, too. */
  coverRollouts: clientAsksServer(z.object({ uri: z.string(), export: z.string() }), rolloutCoverageSchema),
  /**
   * Runs a reward under a debugger, on cases or on a rollout, the newest where none is named. `session`: by what the server says where it waits for the
   * debugger. Ended by cancelling.
   */
  debugReward: clientAsksServer(
    z.object({ uri: z.string(), export: z.string(), session: z.int(), target: debugTargetSchema }),
    debuggedSchema,
  ),
  /** Where a rollout's reward of this name lies: its URI. */
  rewardOfRun: clientAsksServer(run.extend({ reward: z.string() }), z.object({ uri: z.string() })),
  /** Attacks the rewards of a file. */
  auditReward: clientAsksServer(z.object({ uri: z.string() }), auditViewSchema),
  /** A proven finding as a line of the reward's file of cases. */
  auditCase: clientAsksServer(
    rewardFindingSchema.omit({ what: true }),
    z.object({ file: z.string(), line: z.string() }),
  ),
  /** The line of the reward that paid for a finding. */
  auditPlace: clientAsksServer(rewardFindingSchema.omit({ what: true }), z.object({ file: z.string(), line: z.int() })),
  /** How the maths verifier judges a completion (`text`) by a gold answer. Nothing of the workspace is executed. */
  verifyText: clientAsksServer(z.object({ text: z.string(), answer: z.string() }), editor.verdictSchema),
  /** Writes a new project into an empty or new folder; the recipe to open first. Refuses to overwrite. */
  newProject: clientAsksServer(run.extend({ sample: projectSampleSchema }), z.object({ recipe: z.string() })),
  /** Which engines are installed and which could be. */
  engineStatus: clientAsksServer(nothing, editor.engineStatusSchema),
  /** Downloads, unpacks, builds and tests an engine; can be cancelled. Meanwhile the server says how far it is. */
  setUpEngine: clientAsksServer(z.object({ variant: z.enum(engineVariants) }), installedEngineSchema),
  /** Which models to start from can be had. */
  modelOffers: clientAsksServer(nothing, list(modelOfferSchema)),
  /** Brings one into the `models` folder of a workspace folder, one of the Hub into its cache; can be cancelled. Meanwhile the server says how far it is. */
  getModel: clientAsksServer(
    /** `folder`: null for one of the Hub. */
    z.object({ name: z.string(), folder: z.string().nullable() }),
    /** `checkpoint`: how recipes name it; null: by its path. */
    z.object({ path: z.string(), checkpoint: z.string().nullable() }),
  ),
  /** Deletes all engines and what was downloaded for them; their folders. */
  removeEngines: clientAsksServer(nothing, list(z.string())),
  /** What could be deleted of the workspace's ended runs. Nothing is. */
  cleanUpPlan: clientAsksServer(retentionSchema, list(cleanUpItemSchema)),
  /** Deletes these; the bytes that the files take less. */
  cleanUp: clientAsksServer(z.object({ items: z.array(cleanUpItemSchema) }), z.object({ freed: z.number() })),
  /** Keys that judges in these recipes are asked with, each with a host that it may be for. */
  judgeKeyNames: clientAsksServer(
    z.object({ recipeUris: z.array(z.string()) }),
    list(z.object({ name: z.string(), hosts: list(z.string()) })),
  ),
  /** All keys of judges that are stored, in place of those before. */
  judgeKeys: says("client → server")(z.object({ keys: judgeKeysSchema })),
  /** The token of the Hugging Face Hub that is stored, in place of the one before; null: none is. */
  hubToken: says("client → server")(z.object({ token: z.string().nullable() })),
  /** What a model of the editor says. `model`: id, family or name of one. */
  askEditorModel: serverAsksClient(
    z.object({ model: z.string(), messages: list(chatMessageSchema) }),
    z.object({ text: z.string() }),
  ),
  /** The workspace has become trusted. */
  trustGranted: says("client → server")(nothing),

  /** A click on a point of a curve, or on an example: the traces of that step, at that rollout. */
  openTraces: pageAsksClient(
    stageOfRun.extend({
      /** Null: the newest of the stage. */
      step: z.int().nullable(),
      rollout: rolloutPlaceSchema.optional(),
      /** Which rollouts of the stage, of all its steps. Unset: those of the step. */
      show: z.enum(shows).optional(),
      /** A filter line over the stage. Unset: those of the step. */
      where: z.string().max(longestFilter).optional(),
    }),
    z.null(),
  ),
  /** What the page's own file is and how far it is read. `mapping` null: as it was last chosen for such columns, else by their names. */
  rolloutFile: pageAsksClient(
    rolloutFileRequestSchema.omit({ file: true, look: true }).extend(run.shape),
    rolloutFileSchema,
  ),
  /** Filters of traces that the person keeps. */
  readFilters: pageAsksClient(nothing, z.array(savedFilterSchema)),
  keepFilters: pageAsksClient(z.object({ filters: z.array(savedFilterSchema).max(100) }), z.null()),
  /** Asks the person what a filter is to be called, and keeps it under that name; all that are kept then. */
  nameFilter: pageAsksClient(savedFilterSchema, z.array(savedFilterSchema)),
  /** Audits a reward file once more. */
  auditAgain: pageAsksClient(z.object({ uri: z.string() }), z.null()),
  /** A click on what is to be done with a finding of an audit. */
  withFinding: pageAsksClient(rewardFindingSchema, z.null()),
  /** A click on what a stage gave. */
  openResult: pageAsksClient(run.extend({ result: stageResultSchema }), z.null()),
  /** A click on *Open at the line that paid* of a reward of a rollout. */
  openPaidLine: pageAsksClient(rolloutOfRun.extend({ reward: z.string() }), z.null()),
  /** A click on *Open raw row* of a rollout. */
  openRawRow: pageAsksClient(rolloutOfRun, z.null()),
  /** A click on *Copy* of a rollout. */
  copyRollout: pageAsksClient(rolloutOfRun.extend({ format: rolloutFormatSchema }), z.null()),
  /** A click on *Apply to recipe*: the editor writes settings into the recipe of a run, to be saved or undone. */
  applySettings: pageAsksClient(run.extend(appliedSettingsSchema.shape), z.null()),
  /** A click on a setting of a health note: its place in the recipe. `there` false: nobody has written it, and its stage is shown. */
  openSetting: pageAsksClient(run.extend({ stage: z.string(), setting: z.string() }), z.object({ there: z.boolean() })),
  /** A click on a threshold of a health note: `reasoningLab.health.<name>` in the settings editor. */
  openThreshold: pageAsksClient(z.object({ name: thresholdNameSchema }), z.null()),
  /** A click on *Debug* of a rollout. */
  debugRollout: pageAsksClient(rolloutOfRun, z.null()),
  /** A click on *Try* of a rollout: its prompt, asked of a checkpoint. */
  tryRollout: pageAsksClient(editor.groupPlaceSchema, z.null()),
  /** A click on *Save as case* of a rollout. */
  saveCase: pageAsksClient(rolloutOfRun, z.null()),
  /** A click on what explains a term of the field; `term` as the glossary has it. */
  openGlossary: pageAsksClient(z.object({ term: z.string() }), z.null()),
  /** A click on the place of a reward error, whose `file` is as the error names it. */
  openSource: pageAsksClient(
    run.extend({ file: z.string(), line: z.int().nullable(), column: z.int().nullable() }),
    z.null(),
  ),
  /** A click on the mark of an edit: what differs between two versions of the rewards, by their `reward_hash`. */
  openRewardChange: pageAsksClient(run.extend({ before: z.string(), after: z.string() }), z.null()),
  /** A click on the version that gave a score: its source. `reward`: as traces name it. */
  openRewardSource: pageAsksClient(run.extend({ hash: z.string(), reward: z.string() }), z.null()),

  /** A click on what is to be done with runs. */
  withRuns: pageAsksClient(
    z.object({
      what: z.enum(["open", "compare", "tag", "rename", "note", "delete"]),
      folders: z.array(z.string()).min(1).max(5000),
    }),
    z.null(),
  ),
  /** How the person arranged panels last; null: not yet. */
  readLayout: pageAsksClient(nothing, panelLayoutSchema.nullable()),
  /** Panels were arranged: other pages begin with that. */
  keepLayout: pageAsksClient(z.object({ layout: panelLayoutSchema }), z.null()),
  /** Has a person choose metrics of another tool, which are read for the first time then. Null: none was chosen. */
  chooseTracker: pageAsksClient(nothing, z.object({ file: z.string(), runs: z.array(z.string()) }).nullable()),
  /** Copies a link that opens the curves of a run, at a stage and a step. */
  copyLink: pageAsksClient(
    run.extend({ stage: z.string().nullable(), step: z.int().nullable() }),
    z.object({ link: z.string() }),
  ),
  /** A click on what saves a picture or a table: the person says where. */
  saveFile: pageAsksClient(savedFileSchema, z.object({ saved: z.boolean() })),

  /** Runs appeared, vanished or changed. At most ten a second; the client pulls what it shows. */
  runsChanged: says("server → client")(nothing),
  /** A run whose metrics a page reads has written more of them. At most twenty a second. */
  metricsGrown: says("server → client")(nothing),
  /** Which run of a comparison begins. */
  compareProgress: says("server → client")(editor.compareProgressSchema),
  /** How far *Set Up TensorFlow Engine* is, at most ten a second. */
  setupProgress: says("server → client")(setupProgressSchema),
  /** A reward process waits for a debugger. */
  debuggerWaits: says("server → client")(debuggerPlaceSchema),
  /** A case of a run that the client named has ended. */
  caseEnded: says("server → client")(z.object({ run: z.int(), outcome: caseOutcomeSchema })),
  /** Something about runs changed: the page asks again for what it shows. */
  changed: says("client → page")(nothing),
  /** Show this place: a command or a lens opened a panel that is already there. */
  show: says("client → page")(placeSchema),
  /** Where a page that is being loaded is to be, and answers to what it is going to ask first: as those of the methods. */
  early: says("client → page")(
    z.object({
      place: placeSchema.nullable(),
      answers: z.array(z.object({ method: z.string(), params: z.unknown(), result: z.unknown() })).max(8),
    }),
  ),
} as const;

type Methods = typeof methods;
export type Method = keyof Methods;
/** The methods of some directions: those that are answered, and those that are only said. */
export type Asked<D extends Direction> = {
  readonly [M in Method]: Methods[M]["direction"] extends D ? (Methods[M]["result"] extends null ? never : M) : never;
}[Method];
export type Said<D extends Direction> = {
  readonly [M in Method]: Methods[M]["direction"] extends D ? (Methods[M]["result"] extends null ? M : never) : never;
}[Method];

/** What pages may ask: the host's own, and what it passes on to the server. */
export type PageMethod = Asked<"page → server" | "page → client">;
/** What the server answers. */
export type ServerMethod = Asked<"page → server" | "client → server">;

/** Parameters as who asks gives them. */
export type Params<M extends Method> = z.input<Methods[M]["params"]>;
/** Parameters as who answers gets them, parsed. */
export type Given<M extends Method> = z.output<Methods[M]["params"]>;
/** The answer as who asked gets it, parsed. */
export type Result<M extends Method> = Methods[M]["result"] extends z.ZodType ? z.output<Methods[M]["result"]> : never;
type Answer<M extends Method> = Methods[M]["result"] extends z.ZodType ? z.input<Methods[M]["result"]> : never;

/** What answers methods. An Error that it throws is a sentence for people. */
export type Handlers<M extends Method> = {
  readonly [Name in M]: (params: Given<Name>, signal: AbortSignal) => Answer<Name> | Promise<Answer<Name>>;
};

/** Names of the methods of a direction. */
export const methodsOf = <D extends Direction>(...directions: D[]): Asked<D>[] =>
  (Object.keys(methods) as Method[]).filter(
    (name): name is Asked<D> =>
      methods[name].result !== null && (directions as Direction[]).includes(methods[name].direction),
  );
