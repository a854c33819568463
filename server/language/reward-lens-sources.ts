/** All lenses over an exported reward, from left to right; each source has a file of its own. */
import { agreementLens } from "./lens-of-agreement";
import { auditLens } from "./lens-of-audit";
import { casesLens } from "./lens-of-cases";
import { coverageLens } from "./lens-of-coverage";
import { debuggingLens } from "./lens-of-debugging";
import { detailLens, resultLens } from "./lens-of-results";
import { rescoringLens } from "./lens-of-rescoring";
import { scoringLens } from "./lens-of-scoring";
import type { RewardLensSource } from "./reward-lens";

export const rewardLensSources: readonly RewardLensSource[] = [
  resultLens,
  agreementLens,
  casesLens,
  scoringLens,
  debuggingLens,
  coverageLens,
  auditLens,
  detailLens,
  // It comes and goes: the others keep their places.
  rescoringLens,
];
