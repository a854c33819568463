/** The groups that match: of a list of any length only what is in view is there. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import type { GroupSort, GroupSummary } from "../../server/protocol/traces";
import { formatNumber, formatShort, noSpread } from "../shared/format";
import { select } from "../shared/pieces";
import { shareOf, type Scales } from "./scales";
import { withoutSignal } from "./statistics";
import { visible } from "../shared/visible";
import type { TracesModel, TracesState } from "./model";
import { groupBadges } from "./sample/notes-view";
import { rowHeight, rowsInView, scrollTo } from "../shared/rows-in-view";

const sorts: readonly { readonly value: GroupSort["by"]; readonly label: string }[] = [
  { value: "newest", label: t("Step") },
  { value: "reward", label: t("Reward") },
  { value: "spread", label: t("Spread of rewards") },
  { value: "right", label: t("Share of right ones") },
  { value: "tokens", label: t("Tokens") },
  { value: "errors", label: t("Errors") },
  { value: "matching", label: t("Samples that match") },
];

export function groupList(model: TracesModel, state: TracesState): TemplateResult {
  const { groups, total, place, scales } = state;
  const count = total ?? 0;
  const view = rowsInView(count, { top: place.scroll.list, height: state.listHeight });
  const open = model.openRow();
  const goTo = (index: number, list: HTMLElement): void => {
    const row = Math.max(0, Math.min(count - 1, index));
    model.openAt(row);
    list.scrollTop = scrollTo(row, count, { top: list.scrollTop, height: list.clientHeight });
  };
  const pressed = (event: KeyboardEvent): void => {
    const list = event.currentTarget as HTMLElement;
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight) - 1);
    const targets: Readonly<Record<string, number | undefined>> = {
      ArrowDown: open + 1,
      ArrowUp: open - 1,
      PageDown: open + page,
      PageUp: open - page,
      Home: 0,
      End: count - 1,
    };
    const to = targets[event.key];
    if (to === undefined || count === 0) return;
    event.preventDefault();
    goTo(to, list);
  };
  const nowhere = total === 0 && state.counted.done && isFiltered(state);
  const rows: TemplateResult[] = [];
  for (let index = view.first; index < view.end; index++)
    rows.push(row(index, groups.get(index), index === open, state, scales, () => model.openAt(index)));
  return html`<nav class="groups" aria-label="Groups">
    <div class="list-head">
      <p class="count" role="status">${countText(state)}</p>
      ${
        nowhere && place.within !== "run"
          ? html`<button type="button" class="link" @click=${() => model.go({ within: "run" })}>
              ${place.file === null ? t("Look in the whole run") : t("Look in the whole file")}
            </button>`
          : nothing
      }
      ${select(t("Sort by"), sorts, place.sort.by, (by) => {
        const known = sorts.find(({ value }) => value === by)?.value;
        if (known !== undefined) model.go({ sort: { by: known, descending: true } });
      })}
      <button
        class="icon-button"
        type="button"
        title=${place.sort.descending ? t("Highest first") : t("Lowest first")}
        aria-label=${place.sort.descending ? t("Highest first. Turn round") : t("Lowest first. Turn round")}
        @click=${() => model.go({ sort: { ...place.sort, descending: !place.sort.descending } })}
      >
        <span class="codicon codicon-arrow-${place.sort.descending ? "down" : "up"}" aria-hidden="true"></span>
      </button>
    </div>
    <div
      class="list"
      role="listbox"
      aria-label="Groups"
      tabindex="0"
      aria-activedescendant=${open < view.first || open >= view.end ? nothing : `group-${open}`}
      @keydown=${pressed}
    >
      <div class="space" style=${styleMap({ height: `${view.whole}px` })}></div>
      <ul role="presentation" style=${styleMap({ transform: `translateY(${view.offset}px)` })}>
        ${rows}
      </ul>
    </div>
  </nav>`;
}

const isFiltered = ({ place }: TracesState): boolean => place.where !== "" || place.text !== "";

/** That nothing was found, and where it was looked for. */
function nothingText({ place, position }: TracesState): string {
  if (place.within === "run")
    return place.file === null ? t("Nothing matches in the whole run") : t("Nothing matches in the whole file");
  return place.within === "stage"
    ? t("Nothing matches in stage {0}", position?.stage ?? "")
    : t("Nothing matches at step {0}", position?.step ?? "");
}

function countText(state: TracesState): string {
  const { total, place, problem, counted } = state;
  if (total === null) return problem === null ? t("Reading…") : "";
  const filtered = isFiltered(state);
  const so = counted.done ? "" : t(" so far, counting… {0} %", Math.floor(100 * counted.share));
  if (!counted.done && place.sort.by !== "newest") return t("Sorting… {0} %", Math.floor(100 * counted.share));
  if (total === 0 && counted.done) return filtered ? nothingText(state) : t("No groups");
  return `${plural(total, "group")}${filtered ? t(" with {0}", plural(counted.rollouts, "matching rollout")) : ""}${so}`;
}

/** A number on a colour scale; the number says it, the colour only repeats it. */
function cell(
  what: string,
  title: string,
  value: number | null,
  text: string,
  scale: Scales["reward"],
): TemplateResult {
  const share = shareOf(value, scale);
  return html`<span class="cell" data-what=${what} title=${title} style=${styleMap({ "--share": String(share) })}
    >${text}</span
  >`;
}

function row(
  index: number,
  group: GroupSummary | undefined,
  active: boolean,
  { place, counted, position, total, notes }: TracesState,
  scales: Scales,
  open: () => void,
): TemplateResult {
  const known = { posinset: index + 1, setsize: counted.done ? (total ?? -1) : -1 };
  if (group === undefined)
    return html`<li
      class="row waiting"
      role="option"
      aria-selected="false"
      aria-posinset=${known.posinset}
      aria-setsize=${known.setsize}
    >
      <div class="prompt">…</div>
    </li>`;
  const withStep = place.within !== "step" || group.step !== position?.step;
  const filtered = place.where !== "" || place.text !== "";
  return html`<li
    class="row"
    id="group-${index}"
    role="option"
    aria-selected=${active}
    aria-posinset=${known.posinset}
    aria-setsize=${known.setsize}
    @click=${open}
  >
    <div class="head">
      <div class="prompt mono">${visible(firstLine(group.prompt))}</div>
      ${withStep ? html`<span class="step">${group.stage} ${group.step}${group.purpose === "train" ? "" : ` ${group.purpose === "evaluation" ? t("held-out") : t("sampling")}`}</span>` : nothing}
    </div>
    <div class="facts">
      ${cell("reward", t("Mean reward of {0} samples", group.samples), group.rewardMean, group.rewardMean === null ? "–" : formatShort(group.rewardMean), scales.reward)}
      ${group.rewardStd === null ? nothing : cell("spread", t("Standard deviation of the rewards"), group.rewardStd, `± ${group.rewardStd < noSpread ? "0" : formatShort(group.rewardStd)}`, scales.spread)}
      ${group.judged === 0 ? nothing : cell("right", t("{0} right of {1} with a verdict", group.right, group.judged), group.right / group.judged, `✓ ${group.right}/${group.judged}`, [0, 1])}
      ${group.lengthMean === null ? nothing : cell("tokens", t("Mean length of a completion"), group.lengthMean, t("{0} tok", formatNumber(group.lengthMean)), scales.tokens)}
      ${filtered ? html`<span title="Samples that match">${group.matching} match</span>` : nothing}
      ${group.purpose === "train" && withoutSignal(group) ? html`<span class="badge" title="All rewards of the group are the same, so there is nothing to learn from it">no signal</span>` : nothing}
      ${group.errors > 0 ? html`<span class="badge error">${plural(group.errors, "error")}</span>` : nothing}
      ${groupBadges(notes, group)}
      ${group.answer === "" ? nothing : html`<span title="Gold answer">gold <b>${visible(firstLine(group.answer))}</b></span>`}
    </div>
  </li>`;
}

/** A row has one line of it. */
const firstLine = (text: string): string => text.slice(0, 300).replaceAll(/\s+/g, " ");
