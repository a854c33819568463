/** `reasoning-lab get-model [NAME]`. */
import { relative, resolve } from "node:path";
import { beside, trained } from "../models/model-size";
import { getModel } from "../model-setup/get-model";
import { knownModels, type KnownModel } from "../model-setup/known-models";
import { nearestWord } from "../shared/nearest-word";
import { sizeText } from "../shared/size-text";
import { UserError } from "../shared/user-error";
import { print, printJson } from "../terminal/print";
import { setupDisplay } from "../terminal/setup-progress";
import { cancellable } from "./cancellable";
import { command, optional } from "./command";
import { flag, text } from "./options";

/** Bytes of a number in memory. */
const numberBytes = 4;

function modelText({ name, title, parameters, licence, about, card, wheel }: KnownModel): string {
  const weights = (copies: number): string => sizeText(numberBytes * copies * parameters);
  return [
    `${name}: ${title}`,
    `  ${(parameters / 1e6).toFixed(0)} million parameters, licence ${licence}, ${sizeText(wheel.bytes)} to download`,
    `  Memory for its own numbers: ${weights(trained)} to train all of them, ${weights(beside)} with LoRA; batches come on top.`,
    `  ${about} ${card}`,
  ].join("\n");
}

function modelOf(name: string): KnownModel {
  const found = knownModels.find((one) => one.name === name);
  if (found) return found;
  const names = knownModels.map((one) => one.name);
  const near = nearestWord(name, names);
  throw new UserError(
    `There is no model "${name}". ${near === null ? `Those that can be had: ${names.join(", ")}.` : `Did you mean ${near}?`}`,
  );
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
      if (json) printJson(knownModels);
      else print(knownModels.map(modelText).join("\n\n"));
      return 0;
    }
    const model = modelOf(name);
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
