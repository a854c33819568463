/** Progress of a setup, told at most ten times a second. */
import type { SetupProgress } from "../protocol/engine";
import { coalesce } from "../shared/coalesce";

const interval = 100;

export function quietProgress(tell: (progress: SetupProgress) => void): {
  readonly show: (progress: SetupProgress) => void;
  readonly end: () => void;
} {
  let newest: SetupProgress | null = null;
  const push = coalesce(() => {
    if (newest) tell(newest);
  }, interval);
  return {
    show(state) {
      newest = state;
      push.hint();
    },
    end: () => push.cancel(),
  };
}
