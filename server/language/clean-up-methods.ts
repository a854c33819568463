/** The methods of *Free Space…*. */
import * as z from "zod";
import {
  cleanUp as cleanUpMethod,
  cleanUpItemSchema,
  cleanUpPlan,
  usualKeepSteps,
  type CleanUpPlanResult,
  type CleanUpResult,
} from "../protocol/clean-up";
import { cleanUp, planCleanUp } from "../runs/clean-up";
import { listRuns } from "../runs/list-runs";
import { folderOf, needTrust, type Workspace } from "./request-guards";

interface CleanUpState extends Workspace {
  readonly changed: () => void;
}

export function cleanUpMethods(state: CleanUpState): Readonly<Record<string, (params: unknown) => unknown>> {
  return {
    [cleanUpPlan]: (): CleanUpPlanResult => {
      const runs = state.folders().flatMap(listRuns);
      return planCleanUp(runs, runs, { keepSteps: usualKeepSteps });
    },
    [cleanUpMethod]: (params): CleanUpResult => {
      const { items } = z.object({ items: z.array(cleanUpItemSchema) }).parse(params);
      needTrust(state, "Freeing space");
      for (const { folder } of items) folderOf(state, folder);
      try {
        return { freed: cleanUp(items) };
      } finally {
        state.changed();
      }
    },
  };
}
