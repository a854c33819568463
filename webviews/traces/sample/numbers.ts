/** All numbers of one token, as exactly as they are stored. */
import { html, t } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import { formatShort } from "../../shared/format";
import { visible } from "../../shared/visible";
import { textIds } from "../../../server/protocol/token-numbers";
import { shownText, tokenText } from "../../shared/strip-rows";
import { isInserted, type Tokens } from "./tokens";

/** Characters of a token's text that are shown. */
const mostText = 500;

/** As many digits as single precision has. */
export function formatExact(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e-4 && size < 1e7
      ? value
          .toPrecision(7)
          .replace(/(\.\d*?)0+$/, "$1")
          .replace(/\.$/, "")
      : value.toExponential(5);
  return text.replace("-", "−").replace("e−", "e-").replace("e+", "e");
}

export function numbersOf(
  tokens: Tokens,
  index: number,
  more: readonly { readonly name: string; readonly values: ArrayLike<number> }[],
  isOfRun = false,
): TemplateResult {
  const { logprob, oldLogprob, referenceLogprob, entropy, ratio, kl } = tokens.columns;
  const at = (values: ArrayLike<number> | null): number | null => values?.[index] ?? null;
  const own = at(logprob) ?? at(oldLogprob);
  const exact = (values: ArrayLike<number> | null): string =>
    values === null && tokens.pending ? "…" : formatExact(at(values));
  const rows: readonly (readonly [name: string, value: string] | null)[] = [
    ["token", t("{0} of {1}", index + 1, tokens.count)],
    isOfRun && isInserted(tokens, index) ? [t("drawn"), t("no: inserted to close the thinking")] : null,
    (tokens.ids[index] ?? 0) >= textIds ? null : ["id", String(tokens.ids[index] ?? "–")],
    ["π", own === null || Number.isNaN(own) ? "–" : `${formatExact(100 * Math.exp(own))} %`],
    [t("log π"), exact(logprob)],
    [t("log π_old"), exact(oldLogprob)],
    referenceLogprob && [t("log π_ref"), formatExact(at(referenceLogprob))],
    kl && [t("KL ({0})", tokens.klEstimator ?? ""), formatExact(at(kl))],
    ["entropy", exact(entropy)],
    ["ratio", exact(ratio)],
    [
      t("clip active"),
      tokens.clipped ? (tokens.clipped[index] === 1 ? t("yes") : t("no")) : tokens.pending ? "…" : "–",
    ],
    ...more.map(({ name, values }) => [name, formatExact(at(values))] as const),
  ];
  const text = tokenText(tokens, index);
  const shown = text.slice(0, mostText).toWellFormed().replaceAll("\n", "↵\n").replaceAll("\t", "⇥\t");
  return html`<h3 class="mono">${visible(text === "" ? "∅" : shown)}</h3>
    ${text.length > mostText ? html`<p>and ${text.length - mostText} more characters</p>` : nothing}
    <table>
      <tbody>
        ${rows.map((row) =>
          row === null
            ? nothing
            : html`<tr>
                <th scope="row">${row[0]}</th>
                <td>${row[1]}</td>
              </tr>`,
        )}
      </tbody>
    </table>
    ${alternativesOf(tokens, index)}`;
}

/** An alternative of a token as it is shown. */
interface Alternative {
  readonly text: string;
  readonly logprob: number | null;
  /** The token that stands there. */
  readonly stands: boolean;
}

/** The likeliest tokens of a place; behind them the one that stands there, where it is none of them. Null: not stored. */
export function alternativesAt(tokens: Tokens, index: number): readonly Alternative[] | null {
  const { top, ids, texts, columns } = tokens;
  if (top === null) return null;
  const own = ids[index];
  const found = Array.from({ length: top.count }).flatMap((_, place): Alternative[] => {
    const at = index * top.count + place;
    const id = top.ids[at]!;
    // Of a file that names fewer of this place.
    if (id < 0) return [];
    return [{ text: texts.get(id) ?? `⟨${id}⟩`, logprob: top.logprobs[at]!, stands: id === own }];
  });
  if (found.length === 0) return null;
  if (found.some(({ stands }) => stands)) return found;
  const logprob = columns.oldLogprob?.[index] ?? null;
  return [...found, { text: tokenText(tokens, index), logprob, stands: true }];
}

/** Whether the token that stands in a place is one of its likeliest. */
const isLikely = ({ top, ids }: Tokens, index: number): boolean =>
  top !== null && top.ids.subarray(index * top.count, (index + 1) * top.count).includes(ids[index] ?? -1);

const percent = (logprob: number | null): string =>
  logprob === null || Number.isNaN(logprob) ? "–" : `${formatShort(100 * Math.exp(logprob))} %`;

function alternativesOf(tokens: Tokens, index: number): TemplateResult | typeof nothing {
  const found = alternativesAt(tokens, index);
  if (found === null) return nothing;
  return html`<table class="alternatives">
      <caption>
        Likeliest tokens here, as it was sampled
      </caption>
      <thead>
        <tr>
          <th scope="col">token</th>
          <th scope="col">π</th>
          <th scope="col">log π</th>
        </tr>
      </thead>
      <tbody>
        ${found.map(alternativeRow)}
      </tbody>
    </table>
    ${
      isLikely(tokens, index)
        ? nothing
        : html`<p class="muted">The token that stands here is none of the ${found.length - 1} likeliest.</p>`
    }`;
}

const alternativeRow = ({ text, logprob, stands }: Alternative): TemplateResult =>
  html`<tr aria-current=${stands ? "true" : nothing}>
    <th scope="row" class="mono">
      <span class="text">${visible(shownText(text))}</span>
      ${
        stands
          ? html`<span class="stands" aria-hidden="true">←</span><span class="visually-hidden">stands here</span>`
          : nothing
      }
    </th>
    <td>${percent(logprob)}</td>
    <td>${logprob === null || Number.isNaN(logprob) ? "–" : formatShort(logprob)}</td>
  </tr>`;
