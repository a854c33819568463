/** *Fork Run…*: which run and checkpoint, which settings are to differ; then the new run. */
import * as vscode from "vscode";
import type { CheckpointEntry, ForkParams, ForkPlanResult, ForkPointsResult } from "../../server/protocol/editor";
import type { LabApi } from "../lab-api";
import { messageOf } from "../../server/shared/user-error";

/** What is chosen so far. */
type Choices = Pick<ForkParams, "stage" | "recipe" | "settings">;
type Item = vscode.QuickPickItem & {
  readonly choose: "start" | "checkpoint" | "stage" | "recipe" | "setting";
  readonly path?: string;
};

/** `step 40 of reasoning-rl`, as the tree has it. */
const pointText = ({ stage, step }: CheckpointEntry): string => `step ${step} of ${stage}`;

/** Asks until the fork is started or given up: from which checkpoint, unless one is named, and what is to differ. Resolves to the new run's folder. */
export async function forkFrom(api: LabApi, folder: string, named: string | null): Promise<string | undefined> {
  let choices: Choices = { stage: null, recipe: "file", settings: [] };
  let checkpoint = named ?? (await pickCheckpoint(await api.ask("forkPoints", { folder })));
  if (checkpoint === undefined) return undefined;
  for (;;) {
    const params: ForkParams = { folder, checkpoint, ...choices };
    const plan = await planOf(api, params);
    if (!plan) return undefined;
    choices = { stage: plan.params.stage, recipe: plan.params.recipe, settings: plan.params.settings };
    const chosen = await vscode.window.showQuickPick(itemsOf(plan.result, choices), {
      title: `Fork Run: what should differ from ${pointText(plan.result.from)}`,
      placeHolder:
        plan.result.nothingLeft === null
          ? "Start, or search for a setting to change: learning_rate, steps, temperature"
          : "Nothing is left to run from here. Raise steps, run a single stage, or choose another checkpoint",
      matchOnDetail: true,
      matchOnDescription: true,
    });
    if (!chosen) return undefined;
    switch (chosen.choose) {
      case "start":
        return (await api.ask("forkRun", plan.params)).folder;
      case "checkpoint":
        checkpoint = (await pickCheckpoint(await api.ask("forkPoints", { folder }))) ?? checkpoint;
        break;
      case "stage":
        choices = { ...choices, stage: choices.stage === null ? await pickStage(plan.result) : null };
        break;
      case "recipe":
        choices = { ...choices, recipe: choices.recipe === "file" ? "run" : "file" };
        break;
      case "setting":
        choices = await askSetting(api, plan.params, plan.result, chosen.path ?? "");
    }
  }
}

/** What the fork would do. A recipe that is broken on disk makes way for the one that the run had; then nobody is left to ask. */
async function planOf(
  api: LabApi,
  params: ForkParams,
): Promise<{ readonly params: ForkParams; readonly result: ForkPlanResult } | undefined> {
  try {
    return { params, result: await api.ask("forkPlan", params) };
  } catch (error) {
    if (params.recipe === "run") throw error;
    const other: ForkParams = { ...params, recipe: "run" };
    const result = await api.ask("forkPlan", other).catch(() => null);
    if (!result) throw error;
    const chosen = await vscode.window.showQuickPick(
      [
        {
          label: "$(history) Use the run's recipe",
          detail: messageOf(error),
        },
      ],
      { title: "Fork Run: the recipe on disk cannot be used here" },
    );
    return chosen && { params: other, result };
  }
}

function itemsOf(plan: ForkPlanResult, { stage, recipe, settings }: Choices): Item[] {
  const changes = plan.changes.length === 0 ? "no changes yet" : plan.changes.join(" · ");
  const todo = plan.stages.join(", ");
  const separator = (label: string) =>
    ({ label, kind: vscode.QuickPickItemKind.Separator, choose: "start" }) satisfies Item;
  const changed = new Set(settings.map(({ path }) => path));
  const shown = [...plan.settings].sort((a, b) => rank(a.path, plan.stages) - rank(b.path, plan.stages));
  return [
    ...(plan.nothingLeft === null
      ? [
          {
            choose: "start" as const,
            label: "$(play) Start the fork",
            description: plan.goesOn ? `continues ${todo}` : `runs ${todo}`,
            detail: plan.notice === null ? changes : `${changes} · ${plan.notice}`,
          },
        ]
      : []),
    {
      choose: "checkpoint",
      label: "$(archive) From another checkpoint",
      description: `now ${pointText(plan.from)}`,
    },
    {
      choose: "stage",
      label:
        stage === null ? "$(symbol-event) Run only one stage from it…" : "$(symbol-event) Run all remaining stages",
      description: stage === null ? "" : `now only ${stage}`,
      ...(plan.nothingLeft === null ? {} : { detail: plan.nothingLeft }),
    },
    {
      choose: "recipe",
      label: recipe === "file" ? "$(history) Use the run's recipe" : "$(file) Use the recipe on disk",
      description: recipe === "file" ? "now the one on disk" : "now the run's own",
    },
    separator("settings"),
    // The editor sorts what is found by its label. Were that the path, learning_rate would find first whichever stage has the shortest name.
    ...shown.map(({ path, value, about }): Item => ({
      choose: "setting",
      path,
      label: `${changed.has(path) ? "$(edit) " : ""}${nameIn(path, plan.stages)}`,
      description: `${value} · ${path}`,
      ...(about === "" ? {} : { detail: about }),
    })),
  ];
}

/** The name of a stage's setting without the stage. */
function nameIn(path: string, stages: readonly string[]): string {
  const stage = stages.find((name) => path.startsWith(`${name}.`));
  return stage === undefined ? path : path.slice(stage.length + 1);
}

/** Settings of the stages that are run come first, then the recipe's. */
function rank(path: string, stages: readonly string[]): number {
  const stage = stages.findIndex((name) => path.startsWith(`${name}.`));
  return stage < 0 ? stages.length : stage;
}

/** Name of a checkpoint, the only one without a question. */
async function pickCheckpoint(points: ForkPointsResult): Promise<string | undefined> {
  if (points.length === 1) return points[0]!.name;
  const items = points.map((point) => ({
    label: pointText(point),
    description: point.end ? "the end of the stage" : "",
    name: point.name,
  }));
  return (await vscode.window.showQuickPick(items, { title: "Fork Run: from which checkpoint?" }))?.name;
}

async function pickStage({ recipeStages }: ForkPlanResult): Promise<string | null> {
  return (await vscode.window.showQuickPick(recipeStages, { title: "Fork Run: which stage?" })) ?? null;
}

/** Asks for a value, which the server checks as it is typed. */
async function askSetting(api: LabApi, params: ForkParams, plan: ForkPlanResult, path: string): Promise<Choices> {
  const { stage, recipe } = params;
  const others = params.settings.filter((setting) => setting.path !== path);
  const setting = plan.settings.find((known) => known.path === path);
  const text = await vscode.window.showInputBox({
    title: `Fork Run: ${path}`,
    prompt: setting?.about ?? "",
    value: setting?.value ?? "",
    validateInput: async (value) => {
      try {
        await api.ask("forkPlan", { ...params, settings: [...others, { path, text: value }] });
        return null;
      } catch (error) {
        return messageOf(error);
      }
    },
  });
  return { stage, recipe, settings: text === undefined ? params.settings : [...others, { path, text }] };
}
