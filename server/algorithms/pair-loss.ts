/** What one pair of a chosen and a rejected completion adds to a preference loss, by `loss_type`. Names and formulas as in TRL 1.16, `DPOTrainer`. */
import type { PairLossType } from "../protocol/loss-types";
import type { Score } from "./preference-score";
import { logSigmoid, sigmoid } from "./sigmoid";

export interface PairLossOptions {
  /** How strongly the policy is held to the reference: the reward of a completion is β · log(π / π_ref). */
  readonly beta: number;
  /** Probability that a label is wrong, for `robust`, `exo_pair`, `aot` and `aot_unpaired`. As in TRL, `sigmoid` has none: that is `robust`. */
  readonly label_smoothing: number;
  readonly discopop_tau: number;
}

/** One completion of the pair. */
export interface Side {
  /** log(π / π_ref), summed over its tokens. */
  readonly logRatio: number;
  readonly score: Score;
  /** Its tokens. */
  readonly length: number;
}

export interface PairLoss {
  readonly value: number;
  /** d value / d log-ratio of each side. */
  readonly byChosen: number;
  readonly byRejected: number;
}

/** The loss of a margin with its slope. */
type OfMargin = readonly [value: number, slope: number];

/** −(1 − ε)·log σ(z) − ε·log σ(−z): a label that is wrong with probability ε (conservative DPO; `aot`). */
export const smoothedLoss = (z: number, epsilon: number): OfMargin => [
  -(1 - epsilon) * logSigmoid(z) - epsilon * logSigmoid(-z),
  -(1 - epsilon) * sigmoid(-z) + epsilon * sigmoid(z),
];

/** By z = β · (score of chosen − score of rejected). */
const margins = {
  /** −log σ(z) (DPO, arXiv 2305.18290, eq. 7). */
  sigmoid: (z) => smoothedLoss(z, 0),
  /** max(0, 1 − z) (SLiC, arXiv 2305.10425). */
  hinge: (z) => [Math.max(1 - z, 0), z < 1 ? -1 : 0],
  /** KL(σ(±z) ‖ (1 − ε, ε)) (EXO, arXiv 2402.00856, eq. 16). */
  exo_pair: (z, { label_smoothing: epsilon }) => {
    const [right, wrong] = [sigmoid(z), sigmoid(-z)];
    const [logRight, logWrong] = [Math.log1p(-epsilon), Math.log(epsilon)];
    return [
      right * (logSigmoid(z) - logRight) + wrong * (logSigmoid(-z) - logWrong),
      right * wrong * (z - logRight + logWrong),
    ];
  },
  /** (−(1 − ε)·log σ(z) + ε·log σ(−z)) / (1 − 2ε): unbiased under labels that are wrong with probability ε (arXiv 2403.00409, eq. 12). */
  robust: (z, { label_smoothing: epsilon }) => [
    ((epsilon - 1) * logSigmoid(z) + epsilon * logSigmoid(-z)) / (1 - 2 * epsilon),
    ((epsilon - 1) * sigmoid(-z) - epsilon * sigmoid(z)) / (1 - 2 * epsilon),
  ],
  /** m·e^(−z) − (1 − m)·log σ(z), m = σ(z / τ) (DiscoPOP, arXiv 2406.08414, eq. 5). */
  discopop: (z, { discopop_tau }) => {
    const mix = sigmoid(z / discopop_tau);
    const [logistic, exponential] = [-logSigmoid(z), Math.exp(-z)];
    return [
      logistic * (1 - mix) + exponential * mix,
      -sigmoid(-z) * (1 - mix) - exponential * mix + ((exponential - logistic) * mix * (1 - mix)) / discopop_tau,
    ];
  },
} as const satisfies Readonly<Record<string, (z: number, options: PairLossOptions) => OfMargin>>;

const isMargin = (type: PairLossType): type is keyof typeof margins => type in margins;

/** A `label_smoothing` of 0 makes `exo_pair` infinite and one of ½ makes `robust` undefined, so neither is a setting to offer. */
export function pairLoss(type: PairLossType, chosen: Side, rejected: Side, options: PairLossOptions): PairLoss {
  const { beta } = options;
  if (isMargin(type)) {
    const [value, slope] = margins[type](beta * (chosen.score.value - rejected.score.value), options);
    return {
      value,
      byChosen: slope * beta * chosen.score.slope,
      byRejected: -slope * beta * rejected.score.slope,
    };
  }
  const [c, r] = [beta * chosen.logRatio, beta * rejected.logRatio];
  switch (type) {
    // Both by mean scores of a token, so that the loss does not grow with length.
    case "ipo":
    case "sigmoid_norm": {
      const [ofChosen, ofRejected] = [Math.max(chosen.length, 1), Math.max(rejected.length, 1)];
      const margin = chosen.score.value / ofChosen - rejected.score.value / ofRejected;
      const error = margin - 1 / (2 * beta);
      // IPO, arXiv 2310.12036, eq. 17: (margin − 1 / 2β)².
      const [value, slope] =
        type === "ipo" ? [error ** 2, 2 * error] : [-logSigmoid(beta * margin), -beta * sigmoid(-beta * margin)];
      return {
        value,
        byChosen: (slope * chosen.score.slope) / ofChosen,
        byRejected: (-slope * rejected.score.slope) / ofRejected,
      };
    }
    // NCA, arXiv 2402.05369, eq. 11.
    case "nca_pair":
      return {
        value: -logSigmoid(c) - 0.5 * logSigmoid(-c) - 0.5 * logSigmoid(-r),
        byChosen: beta * (0.5 * sigmoid(c) - sigmoid(-c)),
        byRejected: beta * 0.5 * sigmoid(r),
      };
    // BCO, arXiv 2404.04656, without the shift of rewards.
    case "bco_pair":
      return {
        value: -logSigmoid(c) - logSigmoid(-r),
        byChosen: -beta * sigmoid(-c),
        byRejected: beta * sigmoid(r),
      };
    // SPPO, arXiv 2405.00675, eq. 4.7, with probabilities 1 and 0.
    case "sppo_hard": {
      const [won, lost] = [chosen.logRatio - 0.5 / beta, rejected.logRatio + 0.5 / beta];
      return { value: won ** 2 + lost ** 2, byChosen: 2 * won, byRejected: 2 * lost };
    }
    // APO, arXiv 2408.06266, eq. 7.
    case "apo_zero":
      return {
        value: sigmoid(-c) + sigmoid(r),
        byChosen: -beta * sigmoid(c) * sigmoid(-c),
        byRejected: beta * sigmoid(r) * sigmoid(-r),
      };
    // APO, eq. 8.
    case "apo_down": {
      const [ofChosen, ofMargin] = [sigmoid(c) * sigmoid(-c), sigmoid(c - r) * sigmoid(r - c)];
      return {
        value: sigmoid(c) + sigmoid(r - c),
        byChosen: beta * (ofChosen - ofMargin),
        byRejected: beta * ofMargin,
      };
    }
  }
}
