/** How strongly a token is tinted, by one of its numbers. */
import type { TokenView } from "../../server/protocol/traces";

export type HeatKind = "logprob" | "entropy" | "ratio";

export interface Heat {
  /** 0 (plain) to 1. */
  readonly strength: number;
  /** `low`: a ratio below 1. All else is `high`. */
  readonly side: "low" | "high";
}

/** −log π at which a token is fully tinted: e^−4, one in fifty. */
const fullSurprise = 4;
/** |log ratio| at which a token is fully tinted: about 1.35 or 0.74, beyond the usual clip range. */
const fullDrift = 0.3;

/**
 * Log-probability: the less likely the stronger. Entropy: against `entropyScale`, the largest of the completion. Ratio π/π_old: by |log ratio|, its side
 * apart. Null where the number was not computed.
 */
export function heat(token: TokenView, kind: HeatKind, entropyScale: number): Heat | null {
  switch (kind) {
    case "logprob": {
      const logprob = token.logprob ?? token.oldLogprob;
      return logprob === null ? null : { strength: clamp(-logprob / fullSurprise), side: "high" };
    }
    case "entropy":
      return token.entropy === null
        ? null
        : { strength: entropyScale > 0 ? clamp(token.entropy / entropyScale) : 0, side: "high" };
    case "ratio": {
      if (token.ratio === null) return null;
      const drift = Math.log(Math.max(token.ratio, 1e-12));
      return { strength: clamp(Math.abs(drift) / fullDrift), side: drift < 0 ? "low" : "high" };
    }
  }
}

/** The largest entropy of a completion, at least 0.1 nats so that a certain one stays plain. */
export function entropyScale(tokens: readonly TokenView[]): number {
  return tokens.reduce((largest, token) => Math.max(largest, token.entropy ?? 0), 0.1);
}

function clamp(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, value));
}
