/** What a log-ratio counts in a preference loss, by `f_divergence_type` (f-DPO, arXiv 2309.16240, table 1; TRL 1.16, `DPOTrainer._compute_loss`). */
import { logSigmoid, sigmoid } from "./sigmoid";

export const divergences = ["reverse_kl", "forward_kl", "js_divergence", "alpha_divergence"] as const;

export interface DivergenceOptions {
  readonly f_divergence_type: (typeof divergences)[number];
  /** α of `alpha_divergence`. */
  readonly f_alpha_divergence_coef: number;
}

export interface Score {
  readonly value: number;
  /** d value / d log-ratio. */
  readonly slope: number;
}

/** e^x in single precision ends at 88. */
const largestExponent = 80;

/** f′(π / π_ref) of the divergence f from the reference policy, without constants; `reverse_kl`, the usual DPO, gives the log-ratio itself. */
export function preferenceScore(
  logRatio: number,
  { f_divergence_type, f_alpha_divergence_coef }: DivergenceOptions,
): Score {
  switch (f_divergence_type) {
    case "reverse_kl":
      return { value: logRatio, slope: 1 };
    case "forward_kl":
      return { value: 1 - Math.exp(-logRatio), slope: Math.exp(-logRatio) };
    case "js_divergence":
      return { value: Math.LN2 + logSigmoid(logRatio), slope: sigmoid(-logRatio) };
    case "alpha_divergence": {
      const power = f_alpha_divergence_coef - 1;
      if (Math.abs(power) < 1e-6) return { value: logRatio, slope: 1 };
      const exponent = power * logRatio;
      const raised = Math.exp(Math.min(exponent, largestExponent));
      return { value: (raised - 1) / power, slope: exponent > largestExponent ? 0 : raised };
    }
  }
}
