/** Settings written into the text of a recipe, at their places: comments, order and format of the rest stay as they are. */
import { findNodeAtLocation, type Node } from "jsonc-parser";
import { UserError } from "../shared/user-error";
import { parseRecipe } from "./parse";
import type { JsonPath } from "./positions";
import { rewardNames } from "./reward-names";
import type { Recipe } from "./schema";

export interface RecipeSettings {
  /** Name of the stage that `settings` are of. */
  readonly stage: string;
  readonly settings: Readonly<Record<string, string | number | undefined>>;
  /** Weights of rewards, by their names. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** What follows the last property on its line, where that is a comma and a comment alone. */
const restOfLine = /^([ \t]*,?)([ \t]*(?:\/\/[^\r\n]*|\/\*(?:(?!\*\/)[^\r\n])*\*\/[ \t]*))?(?=\r?\n)/;

/** A property of an object set to a value. */
function propertyEdits(text: string, object: Node, name: string, value: string | number): TextEdit[] {
  const written = JSON.stringify(value);
  const properties = object.children ?? [];
  const found = properties.find((property) => property.children?.[0]?.value === name);
  const old = found?.children?.[1];
  if (old) return [{ offset: old.offset, length: old.length, text: written }];
  const added = `${JSON.stringify(name)}: ${written}`;
  const last = properties.at(-1);
  if (!last) return [{ offset: object.offset + 1, length: 0, text: ` ${added} ` }];
  const end = last.offset + last.length;
  const lineStart = text.lastIndexOf("\n", last.offset) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))![0];
  // Properties on the line of another are followed by one more.
  if (lineStart + indent.length !== last.offset) return [{ offset: end, length: 0, text: `, ${added}` }];
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const rest = restOfLine.exec(text.slice(end));
  // A comment stays on the line of what it is about.
  if (!rest?.[2]) return [{ offset: end, length: 0, text: `,${newline}${indent}${added}` }];
  const comma = rest[1]!.includes(",");
  return [
    ...(comma ? [] : [{ offset: end, length: 0, text: "," }]),
    { offset: end + rest[0].length, length: 0, text: `${newline}${indent}${added}${comma ? "," : ""}` },
  ];
}

function applied(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  for (const { offset, length, text: put } of edits.toSorted((a, b) => b.offset - a.offset))
    result = result.slice(0, offset) + put + result.slice(offset + length);
  return result;
}

function recipeIn(text: string): Recipe {
  const { recipe, problems } = parseRecipe(text);
  if (recipe) return recipe;
  const problem = problems.find(({ severity }) => severity === "error");
  throw new UserError(`The recipe has an error in line ${problem?.line ?? 1}; fix it first: ${problem?.message ?? ""}`);
}

function placeOfStage({ stages }: Recipe, name: string): number {
  const at = stages.findIndex((stage) => stage.name === name);
  if (at < 0) throw new UserError(`The recipe has no stage "${name}" any more.`);
  return at;
}

/** Where a reward's weight stands: with a reward function, or with a reward model of the stage. */
function placeOfReward(recipe: Recipe, stageAt: number, reward: string): JsonPath {
  const at = rewardNames(recipe.rewards).indexOf(reward);
  if (at >= 0) return ["rewards", at];
  const stage = recipe.stages[stageAt]!;
  const model = "reward_models" in stage ? stage.reward_models.findIndex((one) => one.stage === reward) : -1;
  if (model >= 0) return ["stages", stageAt, "reward_models", model];
  throw new UserError(`The recipe has no reward "${reward}" any more.`);
}

function set(text: string, path: JsonPath, name: string, value: string | number): string {
  const { tree } = parseRecipe(text);
  const object = tree && findNodeAtLocation(tree, [...path]);
  if (object?.type !== "object") throw new UserError(`The recipe has no ${path.join(".")}.`);
  return applied(text, propertyEdits(text, object, name, value));
}

/** Throws an Error for people where the recipe has an error, no such stage or reward, or would have an error with these settings. */
export function editRecipe(text: string, { stage, settings, weights }: RecipeSettings): string {
  const before = recipeIn(text);
  const at = placeOfStage(before, stage);
  let edited = text;
  for (const [name, value] of Object.entries(settings))
    if (value !== undefined) edited = set(edited, ["stages", at], name, value);
  for (const [reward, weight] of Object.entries(weights))
    edited = set(edited, placeOfReward(before, at, reward), "weight", weight);
  const { recipe, problems } = parseRecipe(edited);
  if (recipe) return edited;
  throw new UserError(
    `The recipe would have an error with this: ${problems.find(({ severity }) => severity === "error")?.message ?? ""}`,
  );
}

/** The smallest stretch of a text by which it differs from another; offsets count UTF-16 units. */
export function changedStretch(before: string, after: string): TextEdit {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { offset: start, length: before.length - start - end, text: after.slice(start, after.length - end) };
}
