/** Answers about models to start from: which there are, and bringing one into a workspace. */
import { join } from "node:path";
import { getModel } from "../model-setup/get-model";
import { knownModel, modelOffers } from "../model-setup/model-offers";
import type { SetupProgress } from "../protocol/engine";
import type { Handlers } from "../protocol/methods";
import { quietProgress } from "./quiet-progress";

export function modelMethods(progress: (progress: SetupProgress) => void): Handlers<"modelOffers" | "getModel"> {
  return {
    modelOffers,
    async getModel({ name, folder }, signal) {
      const shown = quietProgress(progress);
      try {
        return {
          path: await getModel(knownModel(name), { folder: join(folder, "models"), signal, progress: shown.show }),
        };
      } finally {
        shown.end();
      }
    },
  };
}
