/** What every request of the editor must satisfy before something is read or run for it. */
import { leadsWithin, liesWithin } from "../files/paths-within";
import { UserError } from "../shared/user-error";

export interface Workspace {
  readonly trusted: () => boolean;
  readonly folders: () => readonly string[];
}

/** The workspace folder that holds a path. Throws when none does: nothing outside of the workspace is read or run. */
export function folderOf({ folders }: Workspace, path: string): string {
  const holder = folders().find((folder) => liesWithin(folder, path));
  if (!holder) throw new UserError(`${path} is not in the workspace. Open its folder first.`);
  return holder;
}

/** Whether a path that a recipe names may be looked at: outside of the workspace (a host of the network, say) only once it is trusted. */
export const touchesOf =
  ({ trusted, folders }: Workspace) =>
  (path: string): boolean =>
    trusted() || folders().some((folder) => leadsWithin(folder, path));

/** What was asked for executes code of a workspace that is not trusted. */
export class UntrustedError extends UserError {}

/** Throws {@link UntrustedError} when the workspace is not trusted. `what` begins the sentence. */
export function needTrust({ trusted }: Workspace, what: string): void {
  if (!trusted())
    throw new UntrustedError(`${what} runs code of this workspace, which is not trusted. Trust it first.`);
}
