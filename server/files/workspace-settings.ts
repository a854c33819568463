/** Settings as a workspace's `.vscode/settings.json` has them, so that a terminal does what the editor does. Those of a person's profile are the editor's alone. */
import { join } from "node:path";
import { parse, type ParseError } from "jsonc-parser";
import { messageOf } from "../shared/user-error";
import { isFile, readText, sizeLimits } from "./workspace-file";

export interface WorkspaceSettings {
  readonly path: string;
  /** The value of a setting, by its whole name; undefined: the file has none. */
  readonly of: (name: string) => unknown;
  /** What is wrong with the file; null: nothing. */
  readonly problem: string | null;
}

export function workspaceSettings(workspaceFolder: string): WorkspaceSettings {
  const path = join(workspaceFolder, ".vscode", "settings.json");
  const none = { path, of: () => undefined, problem: null };
  if (!isFile(path)) return none;
  const errors: ParseError[] = [];
  try {
    const settings: unknown = parse(readText(path, sizeLimits.recipe), errors, { allowTrailingComma: true });
    const known = typeof settings === "object" && settings !== null ? new Map(Object.entries(settings)) : new Map();
    return {
      path,
      of: (name) => known.get(name) as unknown,
      problem: errors.length === 0 ? null : `${path} is not JSON.`,
    };
  } catch (error) {
    return { ...none, problem: messageOf(error) };
  }
}
