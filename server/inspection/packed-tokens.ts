/** The tokens of a rollout with their numbers, as the page gets them. */
import { klEstimate, type KlEstimator } from "../algorithms/kl";
import type { TraceTokensParams } from "../protocol/editor";
import { givenPart, mostTokens, mostTop, type PackedTokens, type TokenPart } from "../protocol/token-numbers";
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
export function packTokens(
  stored: StoredTokens,
  estimator: KlEstimator | null,
  asked: TokenPart = "whole",
): PackedTokens {
  const count = stored.tokens.length;
  if (count > mostTokens) throw new UserError(`This rollout has ${count} tokens; at most ${mostTokens} are shown.`);
  const part = givenPart(asked, count);
  const kl = klOf(stored, estimator);
  const top = stored.top !== null && stored.top.ids.length > mostTop ? null : stored.top;
  const first = part !== "rest";
  const rest = part !== "first";
  const column = (values: Float32Array | null, wanted: boolean): string | null =>
    values !== null && wanted ? packed(values) : null;
  const ofUpdate = stored.logprobs !== null;
  return {
    count,
    pending: !rest,
    ids: first ? packed(stored.tokens) : "",
    texts: [...stored.texts].map(([id, text]) => ({ id, text })),
    columns: {
      logprob: column(stored.logprobs, first),
      oldLogprob: column(stored.oldLogprobs, ofUpdate ? rest : first),
      referenceLogprob: column(stored.referenceLogprobs, rest),
      entropy: column(stored.entropy, rest),
      ratio: column(stored.ratio, rest),
      kl: column(kl, rest),
    },
    clipped: rest ? stored.clipped && packed(stored.clipped) : null,
    top: rest && top ? { count: top.count, ids: packed(top.ids), logprobs: packed(top.logprobs) } : null,
    topProblem:
      stored.top === null || top !== null
        ? null
        : `${amount(stored.top.ids.length)} of them are stored; at most ${amount(mostTop)} are shown.`,
    klEstimator: kl && estimator,
    damaged: [...stored.damaged],
  };
}

export function packedTokens({ folder, part, ...key }: TraceTokensParams & { readonly part: TokenPart }): PackedTokens {
  const traces = openTraces(folder);
  try {
    const estimator = stageOfRun(folder, key.stage)?.stage.kl_estimator ?? null;
    return packTokens(traces.tokens(key, part), estimator, part);
  } finally {
    traces.close();
  }
}
