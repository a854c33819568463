/** The process that holds a checkpoint to talk to (`dist/playground-process.js`): it answers one question after the other, and is ended with the checkpoint. */
import "./shared/no-debugger";
import { join } from "node:path";
import type { Asked } from "./protocol/conversation";
import { askedUnder } from "./tasks/system-prompt";
import { startEngine } from "./engine/start-engine";
import { loadPolicy, loadPromptOptions } from "./models/checkpoint";
import { parseModelConfig } from "./models/config";
import { asked as memoryToAsk, memoryProblem, parameterCountOf } from "./models/model-size";
import { encodePrompt, parameterCount, promptText, type Policy } from "./models/policy";
import { drawAnswers, readAnswer } from "./playground/draw-answers";
import { heldOutRowsOf } from "./playground/held-out-row";
import {
  toPlaygroundSchema,
  type FromPlayground,
  type PlayAnswer,
  type PlayToken,
  type ToPlayground,
} from "./protocol/playground";
import { adapterBase } from "./recipes/resolve-from";
import { parametersOf } from "./stages/parameters";
import { recipeSchema, usesChatTemplate, type Recipe } from "./recipes/schema";
import { readText, sizeLimits } from "./files/workspace-file";
import { parseBoundedJson } from "./shared/bounded-json";
import { openParentChannel } from "./shared/parent-channel";
import { readMessage } from "./shared/read-message";
import { toldOf, UserError } from "./shared/user-error";

type Question = Exclude<ToPlayground, { type: "stop" }>;
type Of<T extends Question["type"]> = Extract<Question, { type: T }>;

interface Loaded {
  readonly policy: Policy;
  readonly recipe: Recipe;
  readonly rows: (number: number) => ReturnType<ReturnType<typeof heldOutRowsOf>>;
}

/** What a person types is asked as the task asks: behind its system message. */
const asTaskAsks = ({ task }: Recipe, asked: Asked): Asked =>
  asked.conversation || task.system_prompt === undefined ? asked : askedUnder(task.system_prompt, asked);

/** Numbers of the model: what is refused before it is loaded, and what the choice of an engine goes by. */
async function sizeOf(recipe: Recipe, checkpoint: string, recipeFolder: string): Promise<number> {
  // An adapter is beside the recipe's model.
  if (adapterBase(recipeFolder, recipe.model) !== undefined) return parametersOf(recipe, recipeFolder);
  const file = join(checkpoint, "config.json");
  return parameterCountOf(parseModelConfig(parseBoundedJson(readText(file, sizeLimits.model)), file));
}

let loaded: Loaded | null = null;
const stopped = new Set<number>();

/** Milliseconds between two tellings: a small model draws thousands of tokens a second. */
const tellInterval = 50;

async function load({ id, checkpoint, recipe: data, recipeFolder, engine, tensorflow }: Of<"load">): Promise<void> {
  const began = performance.now();
  const recipe = recipeSchema.parse(data);
  const size = await sizeOf(recipe, checkpoint, recipeFolder);
  const tooLarge = memoryProblem("The checkpoint's model", size, memoryToAsk);
  if (tooLarge !== null) throw new UserError(tooLarge);
  const choice = await startEngine(engine, { kernels: join(__dirname, "kernels.wasm"), tensorflow }, size);
  const options = (await loadPromptOptions(checkpoint)) ?? { chatTemplate: usesChatTemplate(recipe.model) };
  const base = adapterBase(recipeFolder, recipe.model);
  const policy = await loadPolicy(checkpoint, base === undefined ? options : { ...options, base });
  // Data sets are read with the first row that is asked for.
  let rows: Loaded["rows"] | null = null;
  loaded = { policy, recipe, rows: (number) => (rows ??= heldOutRowsOf(recipe, recipeFolder))(number) };
  send({
    type: "loaded",
    id,
    model: {
      parameters: parameterCount(policy),
      engine: `${choice.name}: ${choice.reason}`,
      chat: policy.chat,
      positions: policy.config.max_position_embeddings,
      vocabulary: policy.config.vocab_size,
      seconds: (performance.now() - began) / 1000,
    },
  });
}

/** Waiting messages come in: one may be that nobody wants any more. */
const mayStop = (id: number) => () => new Promise<boolean>((answer) => setImmediate(() => answer(stopped.has(id))));

async function sample({ id, ...question }: Of<"sample">, { policy, recipe }: Loaded): Promise<void> {
  const { stop_strings, thinking_token_budget, reasoning_end_str } = recipe.evaluation;
  /** New tokens of each answer that are not told yet. */
  const tokens = new Map<number, PlayToken[]>();
  let toldAt = -Infinity;
  let newest: readonly PlayAnswer[] = [];
  const tell = (done: boolean): void => {
    const answers = newest.map((answer, index) => ({ ...answer, tokens: tokens.get(index) ?? [] }));
    send({ type: "drawn", id, answers, done });
    tokens.clear();
    toldAt = performance.now();
  };
  const request = {
    ...question,
    asked: asTaskAsks(recipe, question.asked),
    stop_strings,
    thinking_token_budget,
    reasoning_end_str,
  };
  for await (newest of drawAnswers(policy, request, mayStop(id))) {
    for (const [index, { tokens: drawn }] of newest.entries())
      tokens.set(index, [...(tokens.get(index) ?? []), ...drawn]);
    if (performance.now() - toldAt >= tellInterval) tell(false);
  }
  tell(true);
}

async function answer(question: Question): Promise<void> {
  if (question.type === "load") return load(question);
  if (loaded === null) throw new UserError("No checkpoint is loaded.");
  const { policy, recipe, rows } = loaded;
  const { id } = question;
  switch (question.type) {
    case "sample":
      return sample(question, loaded);
    case "read": {
      const answers = [readAnswer(policy, asTaskAsks(recipe, question.asked), question.text)];
      send({ type: "drawn", id, answers, done: true });
      return;
    }
    case "see": {
      const asked = asTaskAsks(recipe, question.asked);
      send({ type: "seen", id, text: promptText(policy, asked), ids: encodePrompt(policy, asked) });
      return;
    }
    case "row":
      send({ type: "row", id, row: rows(question.number) });
  }
}

let last: Promise<void> = Promise.resolve();
const channel = openParentChannel((data) => {
  const question = readMessage(toPlaygroundSchema, data);
  if (question === null) return;
  if (question.type === "stop") {
    stopped.add(question.id);
    return;
  }
  last = last
    .then(() => answer(question))
    .catch((error: unknown) =>
      send({ type: "failed", id: question.id, message: toldOf(error, "The log has its stack.") }),
    )
    .finally(() => stopped.delete(question.id));
});
function send(message: FromPlayground): void {
  channel(message);
}
