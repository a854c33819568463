/** What every request of the editor must satisfy before something is read or run for it. */
import { isAbsolute, relative, sep } from "node:path";

export interface Workspace {
  readonly trusted: () => boolean;
  readonly folders: () => readonly string[];
}

/** The workspace folder that holds a path. Throws when none does: nothing outside of the workspace is read or run. */
export function folderOf({ folders }: Workspace, path: string): string {
  const holder = folders().find((folder) => {
    const inside = relative(folder, path);
    return inside !== "" && !isAbsolute(inside) && inside.split(sep)[0] !== "..";
  });
  if (!holder) throw new Error(`${path} is not in the workspace. Open its folder first.`);
  return holder;
}

/** What was asked for executes code of a workspace that is not trusted. */
export class UntrustedError extends Error {}

/** Throws {@link UntrustedError} when the workspace is not trusted. `what` begins the sentence. */
export function needTrust({ trusted }: Workspace, what: string): void {
  if (!trusted())
    throw new UntrustedError(`${what} executes code of this workspace, which is not trusted. Trust it first.`);
}
