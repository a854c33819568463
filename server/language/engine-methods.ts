/** Answers about engines: what is installed, setting up, removing. */
import { installEngine, removeEngines } from "../engine-setup/install";
import { installedEngines } from "../engine-setup/manifest";
import { engineOffers } from "../engine-setup/offers";
import type { SetupProgress } from "../protocol/engine";
import type { Handlers } from "../protocol/methods";
import { coalesce } from "../shared/coalesce";

export interface EngineState {
  /** Folder of engines. */
  readonly engines: () => string;
  readonly distFolder: string;
  readonly progress: (progress: SetupProgress) => void;
}

/** At most ten a second. */
const progressInterval = 100;

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
      let newest: SetupProgress | null = null;
      const push = coalesce(() => {
        if (newest) progress(newest);
      }, progressInterval);
      const show = (state: SetupProgress): void => {
        newest = state;
        push.hint();
      };
      try {
        return await installEngine({ engines: engines(), variant, distFolder, signal, progress: show });
      } finally {
        push.cancel();
      }
    },
    removeEngines: () => removeEngines(engines(), null),
  };
}
