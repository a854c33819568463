/** All numbers of one token, as exactly as they are stored. */
import { html, t } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import { visible } from "../../shared/visible";
import { tokenText } from "../../shared/strip-rows";
import { type Tokens } from "./tokens";

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
): TemplateResult {
  const { logprob, oldLogprob, referenceLogprob, entropy, ratio, kl } = tokens.columns;
  const at = (values: ArrayLike<number> | null): number | null => values?.[index] ?? null;
  const own = at(logprob) ?? at(oldLogprob);
  const rows: readonly (readonly [name: string, value: string] | null)[] = [
    ["token", t("{0} of {1}", index + 1, tokens.count)],
    ["id", String(tokens.ids[index] ?? "–")],
    ["π", own === null || Number.isNaN(own) ? "–" : `${formatExact(100 * Math.exp(own))} %`],
    [t("log π"), formatExact(at(logprob))],
    [t("log π_old"), formatExact(at(oldLogprob))],
    referenceLogprob && [t("log π_ref"), formatExact(at(referenceLogprob))],
    kl && [t("KL ({0})", tokens.klEstimator ?? ""), formatExact(at(kl))],
    ["entropy", formatExact(at(entropy))],
    ["ratio", formatExact(at(ratio))],
    [t("clip active"), tokens.clipped ? (tokens.clipped[index] === 1 ? "yes" : "no") : "–"],
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
    <p class="muted">Top alternatives: not stored by this run.</p>`;
}
