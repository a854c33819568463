/** The groups that match, a page at a time. */
import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { GroupSummary } from "../../server/protocol/traces";
import { formatNumber, formatSpread, noSpread, plural } from "../shared/format";
import { visible } from "../shared/visible";
import { groupPlace, sameGroup } from "./model";
import { groupBadges } from "./sample/notes-view";
import type { TracesModel, TracesState } from "./model";

/** Whether nothing can be learned from the group: its rewards do not differ, or there are none. */
export function withoutSignal(group: Pick<GroupSummary, "rewardStd">): boolean {
  return group.rewardStd === null || group.rewardStd < noSpread;
}

export function groupList(model: TracesModel, state: TracesState): TemplateResult {
  const { groups, total, place } = state;
  const active = groups.findIndex((group) => sameGroup(group, place.group));
  const open = (index: number): void => {
    const group = groups[index];
    if (group === undefined) return;
    model.openGroup(groupPlace(group));
    if (index > groups.length - 5) model.loadMore();
  };
  const pressed = (event: KeyboardEvent): void => {
    const targets: Record<string, number | undefined> = {
      ArrowDown: Math.min(groups.length - 1, active + 1),
      ArrowUp: Math.max(0, active - 1),
      Home: 0,
      End: groups.length - 1,
    };
    const to = targets[event.key];
    if (to === undefined) return;
    event.preventDefault();
    open(to);
    (event.currentTarget as HTMLElement).children[to]?.scrollIntoView({ block: "nearest" });
  };
  const scrolled = (event: Event): void => {
    const list = event.currentTarget as HTMLElement;
    if (list.scrollTop + list.clientHeight > list.scrollHeight - 300) model.loadMore();
  };
  return html`<nav class="groups" aria-label="Groups">
    <p class="count" role="status">${countText(state)}</p>
    <ul
      role="listbox"
      aria-label="Groups"
      tabindex="0"
      aria-activedescendant=${active < 0 ? nothing : `group-${active}`}
      @keydown=${pressed}
      @scroll=${scrolled}
    >
      ${groups.map((group, index) => item(group, index, index === active, place.within !== "step", groupBadges(state.notes, group), () => open(index)))}
    </ul>
    ${
      total !== null && groups.length < total
        ? html`<button class="more" type="button" @click=${() => model.loadMore()}>
            Show more (${groups.length} of ${total.toLocaleString("en-US")})
          </button>`
        : nothing
    }
  </nav>`;
}

/** Filters that leave out what was not judged. */
const ofVerdict: readonly string[] = ["right", "wrong", "high-but-wrong", "low-but-right"];

function countText({ total, place, problem }: TracesState): string {
  if (total === null) return problem === null ? "Reading…" : "";
  const filtered = place.show !== "all" || place.text !== "";
  if (total === 0 && ofVerdict.includes(place.show)) return "Nothing matches among rollouts with a verdict";
  if (total === 0) return filtered ? "Nothing matches" : "No groups";
  return `${plural(total, "group")}${filtered ? " match" : ""}`;
}

function item(
  group: GroupSummary,
  index: number,
  active: boolean,
  withStep: boolean,
  own: TemplateResult | typeof nothing,
  open: () => void,
): TemplateResult {
  return html`<li id="group-${index}" role="option" aria-selected=${active} @click=${open}>
    <div class="prompt mono">${visible(group.prompt)}</div>
    <div class="facts">
      ${withStep ? html`<span>${group.stage} ${group.step}${group.purpose === "evaluation" ? " held-out" : group.purpose === "sampling" ? " sampling" : ""}</span>` : nothing}
      ${group.answer === "" ? nothing : html`<span title="Gold answer">gold <b>${visible(group.answer)}</b></span>`}
      <span title="Reward, mean ± standard deviation of ${group.samples} samples"
        >${formatSpread(group.rewardMean, group.rewardStd)}</span
      >
      ${group.lengthMean === null ? nothing : html`<span title="Mean length of a completion">${formatNumber(group.lengthMean)} tokens</span>`}
    </div>
    <div class="badges">
      ${group.purpose === "train" && withoutSignal(group) ? html`<span class="badge" title="All rewards of the group are the same, so there is nothing to learn from it">no signal</span>` : nothing}
      ${own} ${group.errors > 0 ? html`<span class="badge error">${plural(group.errors, "error")}</span>` : nothing}
    </div>
  </li>`;
}
