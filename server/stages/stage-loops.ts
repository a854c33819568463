/** What the pipeline asks of each kind of stage that trains: a row each, which the compiler asks for. */
import type { Policy } from "../models/policy";
import type { EvaluationStageSpec, StageSpec } from "../recipes/stages";
import { coldStart, coldStartWork, examplesOf } from "./sft/cold-start";
import type { StageContext, StageEnd, StageStart } from "./context";
import { dpo } from "./preferences/dpo";
import type { StageWork } from "./plan-memory";
import { fittingPrompts, reasoningRl, rlWork } from "./rl/reasoning-rl";
import { refuseOverlongSampling, rejectionSampling, samplingWork } from "./sft/rejection-sampling";
import { rewardModel } from "./preferences/reward-model";
import { pairsWork, readTokenPairs } from "./preferences/token-pairs";

export type TrainingSpec = Exclude<StageSpec, EvaluationStageSpec>;

interface StageLoop<Spec> {
  /** From its start to its last step, a stop or a pause. */
  run(context: StageContext, stage: Spec, start: StageStart): Promise<StageEnd>;
  /** Throws for the first row that the stage would refuse: asked of all stages before the first step of a run. */
  refuse(context: StageContext, stage: Spec, policy: Policy): unknown;
  /** What its memory is planned by before the stage does anything. Throws where that cannot be told yet, or rows are refused. */
  work(context: StageContext, stage: Spec, policy: Policy): StageWork;
}

const loops: { readonly [Kind in TrainingSpec["kind"]]: StageLoop<Extract<TrainingSpec, { kind: Kind }>> } = {
  "cold-start": { run: coldStart, refuse: examplesOf, work: coldStartWork },
  "reasoning-rl": { run: reasoningRl, refuse: fittingPrompts, work: rlWork },
  "rejection-sampling": { run: rejectionSampling, refuse: refuseOverlongSampling, work: samplingWork },
  "reward-model": { run: rewardModel, refuse: readTokenPairs, work: pairsWork },
  "preference-rl": { run: reasoningRl, refuse: fittingPrompts, work: rlWork },
  dpo: { run: dpo, refuse: readTokenPairs, work: pairsWork },
};

/** The row of a stage's kind takes that stage. */
export const loopOf = ({ kind }: TrainingSpec): StageLoop<TrainingSpec> => loops[kind];
