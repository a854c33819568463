/** Why the Hub, or a mirror of it, does not give what was asked for, and what helps. */
import { SetupError } from "../engine-setup/setup-error";
import type { Remedy } from "../protocol/remedy";
import { hubText, type HubName } from "../shared/hub-name";
import type { HubToken } from "./hub-token";

/** An answer that somebody can do something about. */
export class HubRefusal extends SetupError {
  constructor(
    message: string,
    readonly remedy: Remedy,
  ) {
    super(message);
  }
}

/** What was asked, and as whom. */
export interface HubAsked {
  readonly endpoint: string;
  readonly name: HubName;
  /** Null: as nobody. */
  readonly token: HubToken | null;
}

const setToken = 'Set a token: "Reasoning Lab: Set Hugging Face Token…", "hf auth login", or HF_TOKEN.';

/**
 * The Hub answers 401 to nobody who may be meant, and to a token that it does not know; 403 to one whose account has not been let in, or that may not read
 * such models.
 */
export function refusal(status: number, { endpoint, name, token }: HubAsked): SetupError {
  const model = hubText(name);
  const card = `${endpoint}/${name.repo}`;
  const setIt: Remedy = { kind: "hub-token", model };
  if (status === 401 && token !== null)
    return new HubRefusal(
      `The Hub does not take the token of ${token.from} (it answers 401): it may be mistyped, expired or deleted. ${setToken}`,
      setIt,
    );
  if (status === 401 || (status === 403 && token === null))
    return new HubRefusal(
      `${model} is not given to everybody, or is not there (the Hub answers ${status}). Look at ${card}: accept its terms if it has some. ${setToken}`,
      setIt,
    );
  if (status === 403)
    return new HubRefusal(
      `${model} is not given to the account whose token ${token?.from ?? ""} holds (the Hub answers 403). Accept its terms at ${card} with that account; a fine-grained token also needs the right to read gated models.`,
      { kind: "web-page", url: card },
    );
  if (status === 404) return new SetupError(`${endpoint} has no ${model}. Check the name and the revision at ${card}.`);
  return new SetupError(`${card} answers ${status}. Try again later.`);
}
