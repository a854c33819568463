import type { Kind } from "./case-file";
import { runGrpoAdvantages } from "./grpo-advantages";
import { runGrpoLoss } from "./grpo-loss";
import { runHuggingFaceModel } from "./hf-model";

/** What the project can be held against. A file that none of these names is reported as not known. */
export const kinds: readonly Kind[] = [
  { file: /^trl\/grpo-loss\.json$/, run: runGrpoLoss },
  { file: /^trl\/grpo-advantages\.json$/, run: runGrpoAdvantages },
  { file: /^hf\/[^/]+\/expected\.json$/, run: runHuggingFaceModel },
];
