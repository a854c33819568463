/**
 * The token that the Hugging Face Hub is asked with: the one that an editor's secret storage has given this process, else `HF_TOKEN`, else what
 * `hf auth login` has left. It goes to the Hub's address alone, and nowhere else: no file, no log, no argument, no other process.
 */
import { join } from "node:path";
import { SetupError } from "../engine-setup/setup-error";
import { hubHome } from "../files/hub-cache";
import { readText } from "../files/workspace-file";
import { isHubToken } from "../shared/hub-name";

type Environment = Readonly<Record<string, string | undefined>>;

export interface HubToken {
  readonly value: string;
  /** Where it comes from, for people. */
  readonly from: string;
}

/** Bytes of a file with a token. */
const mostToken = 1000;

let stored: string | null = null;

/** In place of the one before; null: none is stored. */
export const setStoredHubToken = (token: string | null): void => void (stored = token);

function signedIn(environment: Environment): HubToken | null {
  const path = environment["HF_TOKEN_PATH"] || join(hubHome(environment), "token");
  try {
    const value = readText(path, mostToken).trim();
    return value === "" ? null : { value, from: path };
  } catch {
    return null;
  }
}

/** Null: there is none. Throws a SetupError where it cannot be one: a header with other characters would be refused by an error that shows it. */
export function hubToken(environment: Environment): HubToken | null {
  const given = environment["HF_TOKEN"]?.trim() ?? "";
  const token =
    stored !== null
      ? { value: stored, from: "VS Code's secret storage" }
      : given !== ""
        ? { value: given, from: "HF_TOKEN" }
        : signedIn(environment);
  if (token !== null && !isHubToken(token.value))
    throw new SetupError(
      `The Hugging Face token of ${token.from} holds what no token holds (a space, say): set it again.`,
    );
  return token;
}
