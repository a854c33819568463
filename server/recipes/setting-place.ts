/** Where a setting stands in the text of a recipe that is perhaps just being edited. */
import { findNodeAtLocation, type Node } from "jsonc-parser";
import { UserError } from "../shared/user-error";
import { recipeTree } from "./recipe-tree";

/** `there`: whether the recipe says it; else the place is that of the stage which has its default. Offsets count UTF-16 units. */
export interface SettingPlace {
  readonly offset: number;
  readonly length: number;
  readonly there: boolean;
}

/** The property of this name in an object or in what that holds; the outermost first. */
function propertyOf(node: Node, name: string): Node | undefined {
  let level: readonly Node[] = [node];
  while (level.length > 0) {
    const found = level.find(({ type, children }) => type === "property" && children?.[0]?.value === name);
    if (found) return found;
    level = level.flatMap(({ children = [] }) => children);
  }
  return undefined;
}

/** What names a stage: one without a name has that of its kind. */
const titleOf = (stage: Node): Node | undefined =>
  findNodeAtLocation(stage, ["name"]) ?? findNodeAtLocation(stage, ["kind"]);

const placeOf = ({ offset, length }: Node, there: boolean): SettingPlace => ({ offset, length, there });

/** `setting`: of the stage, or else of the recipe. Throws an Error for people where the recipe has no such stage. */
export function settingPlace(text: string, stage: string, setting: string): SettingPlace {
  const tree = recipeTree(text);
  const stages = (tree && findNodeAtLocation(tree, ["stages"])?.children) ?? [];
  const node = stages.find((one) => titleOf(one)?.value === stage);
  if (tree === undefined || node === undefined) throw new UserError(`The recipe has no stage "${stage}" any more.`);
  const ofRecipe = tree.children?.filter(({ children }) => children?.[0]?.value !== "stages") ?? [];
  const found =
    propertyOf(node, setting) ??
    ofRecipe.map((property) => propertyOf(property, setting)).find((property) => property !== undefined);
  if (found) return placeOf(found.children?.[0] ?? found, true);
  return placeOf(titleOf(node) ?? node, false);
}
