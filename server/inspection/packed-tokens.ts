/** The tokens of a rollout with their numbers, as the page gets them. */
import { klEstimate, type KlEstimator } from "../algorithms/kl";
import type { TraceTokensParams } from "../protocol/editor";
import { mostTokens, mostTop, type PackedTokens } from "../protocol/token-numbers";
import { openTraces } from "../runs/trace-reader";
import type { StoredTokens } from "../runs/trace-tokens";
import { amount } from "../shared/amount";
import { UserError } from "../shared/user-error";
import { stageOfRun } from "./stage-of-run";

/** Base64 of an array as it lies in memory. */
export const packed = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

/** `[tokens]` KL by one estimator, from the log-probabilities that are there; null: there is no reference policy. */
function klOf(
  { logprobs, oldLogprobs, referenceLogprobs }: StoredTokens,
  estimator: KlEstimator | null,
): Float32Array | null {
  const own = logprobs ?? oldLogprobs;
  if (!own || !referenceLogprobs || estimator === null) return null;
  return Float32Array.from(referenceLogprobs, (reference, token) => klEstimate(estimator, own[token]!, reference));
}

/** Throws an Error for people where there are more tokens than a page shows. */
export function packTokens(stored: StoredTokens, estimator: KlEstimator | null): PackedTokens {
  const count = stored.tokens.length;
  if (count > mostTokens) throw new UserError(`This rollout has ${count} tokens; at most ${mostTokens} are shown.`);
  const kl = klOf(stored, estimator);
  const top = stored.top !== null && stored.top.ids.length > mostTop ? null : stored.top;
  const column = (values: Float32Array | null): string | null => values && packed(values);
  return {
    count,
    ids: packed(stored.tokens),
    texts: [...stored.texts].map(([id, text]) => ({ id, text })),
    columns: {
      logprob: column(stored.logprobs),
      oldLogprob: column(stored.oldLogprobs),
      referenceLogprob: column(stored.referenceLogprobs),
      entropy: column(stored.entropy),
      ratio: column(stored.ratio),
      kl: column(kl),
    },
    clipped: stored.clipped && packed(stored.clipped),
    top: top && { count: top.count, ids: packed(top.ids), logprobs: packed(top.logprobs) },
    topProblem:
      stored.top === null || top !== null
        ? null
        : `${amount(stored.top.ids.length)} of them are stored; at most ${amount(mostTop)} are shown.`,
    klEstimator: kl && estimator,
    damaged: [...stored.damaged],
  };
}

export function packedTokens({ folder, ...key }: TraceTokensParams): PackedTokens {
  const traces = openTraces(folder);
  try {
    return packTokens(traces.tokens(key), stageOfRun(folder, key.stage)?.stage.kl_estimator ?? null);
  } finally {
    traces.close();
  }
}
