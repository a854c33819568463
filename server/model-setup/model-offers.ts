/** What is said of the models that can be had. */
import { hubNameOf, type HubName } from "../shared/hub-name";
import { beside, trained } from "../models/model-size";
import type { ModelOffer } from "../protocol/models";
import { nearestWord } from "../shared/nearest-word";
import { UserError } from "../shared/user-error";
import { knownModels, type KnownModel } from "./known-models";

/** Of a number in memory. */
const bytes = 4;

export const modelOffers = (): ModelOffer[] =>
  knownModels.map(({ name, title, parameters, licence, about, card, wheel }) => ({
    name,
    title,
    parameters,
    licence,
    about,
    card,
    download: wheel.bytes,
    memory: { whole: bytes * trained * parameters, lora: bytes * beside * parameters },
  }));

/** Throws a UserError where a name of the Hub is not written as one. */
export function hubModelName(name: string): HubName {
  const hub = hubNameOf(name);
  if (hub !== null) return hub;
  throw new UserError(`"${name}" is no name of the Hub: write hf:ORG/NAME, or hf:ORG/NAME@REVISION.`);
}

/** Throws a UserError where there is none of that name. */
export function knownModel(name: string): KnownModel {
  const found = knownModels.find((one) => one.name === name);
  if (found) return found;
  const names = knownModels.map((one) => one.name);
  const near = nearestWord(name, names);
  throw new UserError(
    `There is no model "${name}". ${near === null ? `Those that can be had: ${names.join(", ")}; or name one of the Hugging Face Hub: hf:ORG/NAME.` : `Did you mean ${near}?`}`,
  );
}
