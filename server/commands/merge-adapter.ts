/** `reasoning-lab merge-adapter CHECKPOINT --to FOLDER`. */
import { resolve } from "node:path";
import { mergeAdapter } from "../launch/merge-adapter";
import { print, printJson } from "../terminal/print";
import { command, required } from "./command";
import { flag, text } from "./options";
import { findCheckpoint } from "./places";

export const mergeAdapterCommand = command({
  name: "merge-adapter",
  summary: "write a LoRA checkpoint as one whole model: the weights with the adapter added",
  details:
    "As peft's merge_and_unload: W + s·B·A, in float32. The folder is in Hugging Face format, for programs that read no adapters and for recipes that go " +
    "on from it. The checkpoint and the model that it is beside stay as they are.",
  arguments: { checkpoint: required("RUN/CHECKPOINT, the checkpoint's folder, or a run (its newest policy)") },
  options: {
    to: text("dir", "folder for the model, which is made (default: models/NAME-merged, by the checkpoint's name)"),
    json: flag("for scripts: print JSON"),
  },
  act: async ({ checkpoint }, { to, json }) => {
    const found = findCheckpoint(checkpoint);
    const name = found.checkpoint ?? "newest";
    const merged = await mergeAdapter(found, resolve(to ?? `models/${name}-merged`));
    if (json) printJson(merged);
    else print(`${merged.path}\n${merged.checkpoint}, added to ${merged.base}`);
    return 0;
  },
});
