import { fileURLToPath } from "node:url";
import { UserError } from "../shared/user-error";

/** Path of a document that an editor names by its URI. Throws a {@link UserError} for what is no file on this machine: an unsaved document, one of another scheme. */
export function pathOfUri(uri: string): string {
  try {
    const path = fileURLToPath(uri);
    if (path.includes("\0")) throw new Error("No path has a null character.");
    return path;
  } catch (error) {
    throw new UserError(`${uri} is not a file on this machine. Save it to a folder here.`, { cause: error });
  }
}
