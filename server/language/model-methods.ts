/** Answers about models to start from: which there are, and bringing one into a workspace. */
import { join } from "node:path";
import { isHub } from "../shared/hub-name";
import { getHubModel } from "../model-setup/get-hub-model";
import { getModel } from "../model-setup/get-model";
import { hubModelName, knownModel, modelOffers } from "../model-setup/model-offers";
import type { SetupProgress } from "../protocol/engine";
import type { Handlers } from "../protocol/methods";
import { UserError } from "../shared/user-error";
import { quietProgress } from "./quiet-progress";

export interface ModelState {
  readonly progress: (progress: SetupProgress) => void;
  /** A model has come to this machine. */
  readonly brought: () => void;
}

export function modelMethods({ progress, brought }: ModelState): Handlers<"modelOffers" | "getModel"> {
  return {
    modelOffers: () => modelOffers(),
    async getModel({ name, folder }, signal) {
      const shown = quietProgress(progress);
      try {
        const options = { signal, progress: shown.show };
        if (isHub(name)) {
          const { path } = await getHubModel(hubModelName(name), options);
          return { path, checkpoint: name };
        }
        const model = knownModel(name);
        if (folder === null) throw new UserError("Open a folder first: the model goes into its models folder.");
        return { path: await getModel(model, { folder: join(folder, "models"), ...options }), checkpoint: null };
      } finally {
        brought();
        shown.end();
      }
    },
  };
}
