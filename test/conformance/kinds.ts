import type { Kind } from "./case-file";
import { runAdversarialCompletions } from "./adversarial-completions";
import { runGrpoAdvantages } from "./grpo-advantages";
import { runGrpoLoss } from "./grpo-loss";
import { runHuggingFaceModel } from "./hf-model";
import { runPpo } from "./ppo";
import { runPreference } from "./preference";
import { runPrm } from "./prm";
import { runReasoningGym } from "./reasoning-gym";
import { runReferenceRewards, runTrlRewards } from "./rewards";
import { runRloo } from "./rloo";
import { runLatexParse } from "./latex-parse";
import { runMathVerify } from "./math-verify";
import { runVerifierFaults } from "./verifier-faults";

/** What the project can be held against. A file that none of these names is reported as not known. */
export const kinds: readonly Kind[] = [
  { file: /^trl\/grpo-loss\.json$/, run: runGrpoLoss },
  { file: /^trl\/grpo-advantages\.json$/, run: runGrpoAdvantages },
  { file: /^trl\/rloo\.json$/, run: runRloo },
  { file: /^trl\/ppo\.json$/, run: runPpo },
  { file: /^trl\/preference\.json$/, run: runPreference },
  { file: /^trl\/prm\.json$/, run: runPrm },
  { file: /^trl\/trl-rewards\.json$/, run: runTrlRewards },
  { file: /^reward-functions-open-r1-trl\.json$/, run: runReferenceRewards },
  { file: /^reasoning-gym-scores\.json$/, run: runReasoningGym },
  { file: /^math-verify\.json$/, run: runMathVerify },
  { file: /^latex-parse\.json$/, run: runLatexParse },
  { file: /^verifier-faults\.json$/, run: runVerifierFaults },
  { file: /^adversarial-completions\.json$/, run: (file) => runAdversarialCompletions(file) },
  { file: /^hf\/[^/]+\/expected\.json$/, run: runHuggingFaceModel },
];
