/** What is said of the models that can be had. */
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

/** Throws a UserError where there is none of that name. */
export function knownModel(name: string): KnownModel {
  const found = knownModels.find((one) => one.name === name);
  if (found) return found;
  const names = knownModels.map((one) => one.name);
  const near = nearestWord(name, names);
  throw new UserError(
    `There is no model "${name}". ${near === null ? `Those that can be had: ${names.join(", ")}.` : `Did you mean ${near}?`}`,
  );
}
