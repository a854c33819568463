/** Answers that find settings in the recipe of a run, and write them. Nothing is written here: the editor edits the text that it has. */
import { pathToFileURL } from "node:url";
import type { Handlers } from "../protocol/methods";
import { changedStretch, editRecipe } from "../recipes/edit-recipe";
import { settingPlace } from "../recipes/setting-place";
import { recipeFileOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { folderOf, type Workspace } from "./request-guards";

export function recipeEditMethods(workspace: Workspace): Handlers<"recipeOfRun" | "recipeEdit" | "settingPlace"> {
  return {
    recipeOfRun: ({ folder }) => {
      folderOf(workspace, folder);
      const file = recipeFileOf(folder, readRecord(folder));
      folderOf(workspace, file);
      return { uri: pathToFileURL(file).href };
    },
    recipeEdit: ({ text, ...settings }) => changedStretch(text, editRecipe(text, settings)),
    settingPlace: ({ text, stage, setting }) => settingPlace(text, stage, setting),
  };
}
