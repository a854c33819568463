/** The `lab/engine/…` methods: what is installed, setting up, removing. */
import * as z from "zod";
import { installEngine, removeEngines } from "../engine-setup/install";
import { installedEngines } from "../engine-setup/manifest";
import { engineOffers } from "../engine-setup/offers";
import * as methods from "../protocol/editor";
import type { EngineStatusResult } from "../protocol/editor";
import { engineVariants, type SetupProgress } from "../protocol/engine";
import { coalesce } from "../shared/coalesce";

export interface EngineState {
  /** Folder of engines. */
  readonly engines: () => string;
  readonly distFolder: string;
  readonly progress: (progress: SetupProgress) => void;
}

type Handler = (params: unknown, signal: AbortSignal) => unknown;

/** At most ten a second. */
const progressInterval = 100;

/** Handlers by method name. */
export function engineMethods({ engines, distFolder, progress }: EngineState): Readonly<Record<string, Handler>> {
  return {
    [methods.engineStatus]: (): EngineStatusResult => ({
      folder: engines(),
      offers: engineOffers(),
      engines: installedEngines(engines()),
    }),
    [methods.setUpEngine]: async (params, signal) => {
      const { variant } = z.object({ variant: z.enum(engineVariants) }).parse(params);
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
    [methods.removeEngines]: () => removeEngines(engines(), null),
  };
}
