/** Answers about models to start from: which there are, and bringing one into a workspace. */
import { join } from "node:path";
import { isHub } from "../shared/hub-name";
import { getHubModel } from "../model-setup/get-hub-model";
import { getModel } from "../model-setup/get-model";
import { hubModelName, knownModel, modelOffers } from "../model-setup/model-offers";
import type { SetupProgress } from "../protocol/engine";
import type { Handlers } from "../protocol/methods";
import { quietProgress } from "./quiet-progress";

export function modelMethods(progress: (progress: SetupProgress) => void): Handlers<"modelOffers" | "getModel"> {
  return {
    modelOffers,
    async getModel({ name, folder }, signal) {
      const shown = quietProgress(progress);
      try {
        const options = { signal, progress: shown.show };
        if (isHub(name)) return { path: (await getHubModel(hubModelName(name), options)).path, checkpoint: name };
        const path = await getModel(knownModel(name), { folder: join(folder, "models"), ...options });
        return { path, checkpoint: null };
      } finally {
        shown.end();
      }
    },
  };
}
