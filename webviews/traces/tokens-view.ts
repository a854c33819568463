/** The tokens of one sample, tinted by a number of theirs, with all numbers of the token that is pointed at. */
import { html, nothing, render } from "lit";
import type { TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { RolloutSummary, TokenView } from "../../server/protocol/traces";
import { formatNumber, formatOptional, formatShort } from "../shared/format";
import { iconButton, select } from "../shared/pieces";
import { advantage, groupHeader } from "./group-view";
import { visible } from "../shared/visible";
import { entropyScale, heat } from "./heat";
import type { HeatKind } from "./heat";
import type { TracesModel, TracesState } from "./model";

const kinds: readonly { readonly value: HeatKind; readonly label: string }[] = [
  { value: "logprob", label: "Surprise (−log π)" },
  { value: "entropy", label: "Entropy" },
  { value: "ratio", label: "Ratio π/π_old" },
];

export function tokensView(
  model: TracesModel,
  { place, tokens }: TracesState,
  sample: RolloutSummary,
  samples: readonly RolloutSummary[],
): TemplateResult {
  const at = samples.indexOf(sample);
  const to = (index: number): void => {
    const other = samples[index];
    if (other !== undefined) model.openSample(other.sample);
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key === "Escape") model.openSample(null);
  };
  return html`<div @keydown=${leave}>
    ${groupHeader(samples, place.text)}
    <div class="toolbar token-bar">
      ${iconButton("arrow-left", "Back to the samples", () => model.openSample(null))}
      ${iconButton("chevron-left", "Previous sample", () => to(at - 1), at <= 0)}
      <span class="name">Sample #${sample.sample}</span>
      ${iconButton("chevron-right", "Next sample", () => to(at + 1), at + 1 >= samples.length)}
      <span>reward <b>${sample.reward === null ? "–" : formatShort(sample.reward)}</b></span> ${advantage(sample)}
      ${iconButton("debug-alt", "Debug a reward on it", () => model.debugRollout(sample))}
      ${iconButton("save", "Save as reward case", () => model.saveCase(sample))}
      ${select("Tint by", kinds, place.heat, (value) => {
        const kind = kinds.find((one) => one.value === value);
        if (kind !== undefined) model.go({ heat: kind.value });
      })}
    </div>
    ${tokens === null ? html`<p class="loading" role="status">Reading tokens…</p>` : body(tokens, place.heat)}
  </div>`;
}

function body(tokens: readonly TokenView[], kind: HeatKind): TemplateResult {
  const scale = entropyScale(tokens);
  if (!tokens.some((token) => heat(token, kind, scale) !== null)) {
    return html`<p class="loading">This value was not recorded for these rollouts.</p>
      ${keyed(tokens, strip(tokens, kind, scale))}`;
  }
  return html`<p class="scale" aria-hidden="true">${legends[kind]}</p>
    ${keyed(tokens, strip(tokens, kind, scale))}`;
}

const swatch = (strength: number, side: string): TemplateResult =>
  html`<span class="token" data-side=${side} .style=${`--heat: ${strength}`}>&nbsp;&nbsp;&nbsp;</span>`;

const legends: Record<HeatKind, TemplateResult> = {
  logprob: html`likely ${swatch(0.1, "high")}${swatch(0.4, "high")}${swatch(0.7, "high")}${swatch(1, "high")} unlikely`,
  entropy: html`certain ${swatch(0.1, "high")}${swatch(0.4, "high")}${swatch(0.7, "high")}${swatch(1, "high")} undecided`,
  ratio: html`less likely now
  ${swatch(1, "low")}${swatch(0.5, "low")}${swatch(0, "high")}${swatch(0.5, "high")}${swatch(1, "high")} more likely now`,
};

function strip(tokens: readonly TokenView[], kind: HeatKind, scale: number): TemplateResult {
  const point = (holder: Element, index: number): void => {
    const token = tokens[index];
    const panel = holder.nextElementSibling?.querySelector("div");
    if (token === undefined || !(panel instanceof HTMLElement)) return;
    holder.querySelector(".pointed")?.classList.remove("pointed");
    holder.children[index]?.classList.add("pointed");
    render(numbers(token, index, tokens.length), panel);
  };
  const hovered = (event: MouseEvent): void => {
    const holder = event.currentTarget as HTMLElement;
    const token = (event.target as Element).closest(".strip > .token");
    if (token !== null) point(holder, [...holder.children].indexOf(token));
  };
  const pressed = (event: KeyboardEvent): void => {
    const holder = event.currentTarget as HTMLElement;
    const at = [...holder.children].findIndex((child) => child.classList.contains("pointed"));
    const targets: Record<string, number | undefined> = {
      ArrowRight: Math.min(tokens.length - 1, at + 1),
      ArrowLeft: Math.max(0, at - 1),
      Home: 0,
      End: tokens.length - 1,
    };
    const to = targets[event.key];
    if (to === undefined) return;
    event.preventDefault();
    point(holder, to);
  };
  return html`<div class="tokens">
    <div
      class="strip mono"
      tabindex="0"
      role="application"
      aria-label="Tokens. Arrow keys move from token to token."
      @mouseover=${hovered}
      @keydown=${pressed}
    >
      ${tokens.map((token) => tokenSpan(token, kind, scale))}
    </div>
    <aside class="numbers" aria-live="polite">
      <p>Point at a token, or move to it with the arrow keys, to see its numbers.</p>
      <div></div>
    </aside>
  </div>`;
}

function tokenSpan(token: TokenView, kind: HeatKind, scale: number): TemplateResult {
  const tint = heat(token, kind, scale);
  return html`<span
    class="token ${token.clipped === true ? "clipped" : ""}"
    data-side=${tint?.side ?? "high"}
    .style=${`--heat: ${(tint?.strength ?? 0).toFixed(3)}`}
    >${tokenText(token.text)}</span
  >`;
}

/** White space as something that can be seen and pointed at, and what is not seen by its name. */
const tokenText = (text: string): ReturnType<typeof visible> =>
  visible(text === "" ? "∅" : text.replaceAll("\n", "↵\n").replaceAll("\t", "⇥\t"));

function numbers(token: TokenView, index: number, count: number): TemplateResult {
  const probability = token.logprob === null ? null : Math.exp(token.logprob);
  const rows: readonly (readonly [string, string] | null)[] = [
    ["token", `${index + 1} of ${count}`],
    ["id", String(token.id)],
    ["log π", formatOptional(token.logprob)],
    ["π", probability === null ? "–" : `${formatNumber(100 * probability)} %`],
    ["log π_old", formatOptional(token.oldLogprob)],
    token.referenceLogprob === null ? null : ["log π_ref", formatNumber(token.referenceLogprob)],
    ["entropy", formatOptional(token.entropy)],
    ["ratio", formatOptional(token.ratio)],
    ["clip active", token.clipped === null ? "–" : token.clipped ? "yes" : "no"],
  ];
  return html`<h3 class="mono">${tokenText(token.text)}</h3>
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
    </table>`;
}
