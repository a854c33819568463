/** The module `reasoning-lab` as reward files import it; bundled as `dist/reasoning-lab.mjs`, declared in `types/reasoning-lab.d.ts`. */
export type * from "./contract";
export { verifyMath, type MathOptions, type MathVerdict } from "../verifiers/maths/verify-math";
export { type AnswerSource } from "../verifiers/maths/extract";
export {
  accuracy,
  reasoningAccuracy,
  type AccuracyOptions,
  type AnswerVerifier,
  type ReasoningAccuracyOptions,
} from "../verifiers/format/accuracy";
export { seededRandom } from "./seeded-random";
export { splitReasoning, type SplitReasoning, type ReasoningOptions } from "../verifiers/format/split-reasoning";
export { type ReasoningTag } from "../shared/reasoning-tags";
export { format, type FormatStyle, type FormatOptions } from "../verifiers/format/format";
export { codeFormat, type CodeFormatOptions } from "../verifiers/format/code-format";
export { tagCount } from "../verifiers/format/tag-count";
export { completionSteps, type CompletionStep } from "../shared/steps";
export { reasoningSteps, type ReasoningStepsOptions } from "../verifiers/format/reasoning-steps";
export { type CompletionLength, type Correctness } from "../verifiers/format/measure";
export { length, type LengthOptions } from "../verifiers/format/length";
export { cosine, type CosineOptions } from "../verifiers/format/cosine";
export { repetitionPenalty, type RepetitionPenaltyOptions } from "../verifiers/format/repetition-penalty";
export { softOverlongPunishment, type SoftOverlongOptions } from "../verifiers/format/soft-overlong-punishment";
export { languageConsistency } from "../verifiers/format/language-consistency";
export type { CodeTests, InputOutputTests, CallTests, AssertTests, CheckTests } from "../verifiers/code/code-tests";
export {
  judge,
  type JudgeOptions,
  type JudgedSample,
  type JudgedPair,
  type JudgedGroup,
  type JudgeScore,
  type JudgeComparison,
  type Judge,
} from "./judge";
export { verifyCode, code, binaryCode, runPython, runJavaScript } from "./programs";
export {
  type CodeOptions,
  type CodeVerdict,
  type CodeStatus,
  type CaseVerdict,
  type RunOptions,
  type ProgramRun,
} from "../verifiers/code/verify-code";
