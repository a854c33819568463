/** How behaviours changed from the first rollouts to the last: rises and falls alike, with intervals. */
import { measures, type BehaviourChange, type Comparison } from "../protocol/behaviours";
import { rolloutPurposeSchema } from "../protocol/traces";
import type { StepBehaviours } from "./step-behaviours";
import { bootstrapDifferences } from "../statistics/bootstrap";
import { addSums, noSums, sumPlace } from "./observe-behaviours";

/** Rollouts that an end of a comparison holds at least, where a third of the steps has as many. */
const enough = 512;

/** Every purpose over the whole run, and stage by stage where there are several. `steps`: in order of the run. */
export function compareSteps(steps: readonly StepBehaviours[]): Comparison[] {
  return rolloutPurposeSchema.options.flatMap((purpose) => {
    const own = steps.filter(({ key }) => key.purpose === purpose);
    const stages = [...new Set(own.map(({ key }) => key.stage))];
    const parts = [{ stage: null, of: own }, ...stages.map((stage) => ({ stage, of: withSource(own, stage) }))];
    return parts.flatMap(({ stage, of }) => {
      const ends = endsOf(of);
      if (!ends) return [];
      const [first, last] = [promptsOf(ends.first), promptsOf(ends.last)];
      const differences = bootstrapDifferences(first, last, { seed: 0 });
      const [before, after] = [sumOf(first), sumOf(last)];
      const changes = measures.map((measure, index): BehaviourChange => {
        const at = sumPlace[measure];
        return {
          measure,
          first: [before[at]!, before[at + 1]!],
          last: [after[at]!, after[at + 1]!],
          difference: differences[index] ?? null,
        };
      });
      return [{ purpose, stage, first: described(ends.first), last: described(ends.last), changes }];
    });
  });
}

/**
 * Steps of a stage. One that begins with what the stage before it ended with is not evaluated again at its own step 0: the evaluation there stands
 * for it.
 */
function withSource(steps: readonly StepBehaviours[], stage: string): StepBehaviours[] {
  const own = steps.filter(({ key }) => key.stage === stage);
  const start = steps.findIndex(({ key }) => key.stage === stage);
  const source = steps[start - 1];
  return own[0]?.key.purpose === "evaluation" && own[0].key.step > 0 && source ? [source, ...own] : own;
}

/** The fewest steps at either end that hold enough rollouts, a third of the steps at most. Null with fewer than two steps. */
function endsOf(steps: readonly StepBehaviours[]): Record<"first" | "last", readonly StepBehaviours[]> | null {
  if (steps.length < 2) return null;
  const most = Math.max(1, Math.floor(steps.length / 3));
  const take = (ordered: readonly StepBehaviours[]): StepBehaviours[] => {
    const taken: StepBehaviours[] = [];
    let rollouts = 0;
    for (const step of ordered.slice(0, most)) {
      // Steps of another stage are of another policy: an end does not reach into it.
      if (rollouts >= enough || (taken[0] && step.key.stage !== taken[0].key.stage)) break;
      taken.push(step);
      rollouts += step.point.rollouts;
    }
    return taken;
  };
  return { first: take(steps), last: take(steps.toReversed()).reverse() };
}

const promptsOf = (steps: readonly StepBehaviours[]): Float64Array[] => steps.flatMap(({ groups }) => groups);

function sumOf(prompts: readonly Float64Array[]): Float64Array {
  const sums = noSums();
  for (const prompt of prompts) addSums(sums, prompt);
  return sums;
}

const described = (steps: readonly StepBehaviours[]): Comparison["first"] => ({
  stage: steps[0]!.key.stage,
  from: steps[0]!.key.step,
  to: steps.at(-1)!.key.step,
  rollouts: steps.reduce((sum, { point }) => sum + point.rollouts, 0),
});
