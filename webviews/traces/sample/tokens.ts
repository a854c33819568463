/** The tokens of the open sample with their numbers, out of what came packed. */
import { t } from "../../shared/l10n";
import { tokenColumns, type PackedTokens, type TokenColumn } from "../../../server/protocol/token-numbers";
import type { TopLogprobs } from "../../../server/protocol/traces";
import { unpackedBytesOf, unpackedFloats, unpackedInts } from "../../../server/shared/packed-numbers";

/** All arrays `[count]`. */
export interface Tokens {
  readonly count: number;
  /** Whether what is null may still come. */
  readonly pending: boolean;
  readonly ids: Int32Array;
  readonly texts: ReadonlyMap<number, string>;
  /** NaN where a number was not computed; null: not stored. */
  readonly columns: Readonly<Record<TokenColumn, Float32Array | null>>;
  readonly clipped: Uint8Array | null;
  /** The likeliest tokens of each place, `[count, of each]`; null: not stored. */
  readonly top: TopLogprobs | null;
  readonly topProblem: string | null;
  readonly klEstimator: PackedTokens["klEstimator"];
  readonly damaged: readonly string[];
}

/** `first`: what came before, of which these are the rest. Throws an Error for people where an array has another length than the tokens. */
export function unpackTokens(
  { count, ids, texts, columns, clipped, top, ...rest }: PackedTokens,
  first: Tokens | null = null,
): Tokens {
  if (first !== null && first.count !== count) throw new Error(t("These tokens were recorded anew meanwhile."));
  const unpacked = Object.fromEntries(
    tokenColumns.map((name) => {
      const column = columns[name];
      return [
        name,
        column === null ? (first?.columns[name] ?? null) : unpackedFloats(column, count, t("The tokens' {0}", name)),
      ];
    }),
  );
  const { logprob, oldLogprob, referenceLogprob, entropy, ratio, kl } = { ...none, ...unpacked };
  return {
    count,
    pending: rest.pending,
    ids: first?.ids ?? unpackedInts(ids, count, t("The tokens' ids")),
    texts: new Map(texts.map(({ id, text }) => [id, text])),
    columns: { logprob, oldLogprob, referenceLogprob, entropy, ratio, kl },
    clipped: clipped === null ? null : unpackedBytesOf(clipped, count, t("The tokens' clip flags")),
    top: top && {
      count: top.count,
      ids: unpackedInts(top.ids, count * top.count, t("The tokens' {0}", "top_logprobs")),
      logprobs: unpackedFloats(top.logprobs, count * top.count, t("The tokens' {0}", "top_logprobs")),
    },
    topProblem: rest.topProblem,
    klEstimator: rest.klEstimator,
    damaged: rest.damaged,
  };
}

/** Of a run's rollout: whether a token was put there in place of a drawn one, so that sampling has no number of it. */
export const isInserted = ({ columns: { oldLogprob } }: Tokens, index: number): boolean =>
  Number.isNaN(oldLogprob?.[index] ?? 0);

const none: Readonly<Record<TokenColumn, Float32Array | null>> = {
  logprob: null,
  oldLogprob: null,
  referenceLogprob: null,
  entropy: null,
  ratio: null,
  kl: null,
};
