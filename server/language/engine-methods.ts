/** Answers about engines: what is installed, setting up, removing. */
import { installEngine, removeEngines } from "../engine-setup/install";
import { installedEngines } from "../engine-setup/manifest";
import { engineOffers } from "../engine-setup/offers";
import type { SetupProgress } from "../protocol/engine";
import type { Handlers } from "../protocol/methods";
import { quietProgress } from "./quiet-progress";

export interface EngineState {
  /** Folder of engines. */
  readonly engines: () => string;
  readonly distFolder: string;
  readonly progress: (progress: SetupProgress) => void;
}

export function engineMethods({
  engines,
  distFolder,
  progress,
}: EngineState): Handlers<"engineStatus" | "setUpEngine" | "removeEngines"> {
  return {
    engineStatus: () => ({
      folder: engines(),
      offers: engineOffers(),
      engines: installedEngines(engines()),
    }),
    setUpEngine: async ({ variant }, signal) => {
      const shown = quietProgress(progress);
      try {
        return await installEngine({ engines: engines(), variant, distFolder, signal, progress: shown.show });
      } finally {
        shown.end();
      }
    },
    removeEngines: () => removeEngines(engines(), null),
  };
}
