/** The runs that are compared, each with its line, and those that can be added. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { mostRuns } from "../../server/protocol/curves";
import type { RunEntry } from "../../server/protocol/editor";
import { swatchOf } from "../charts/legend";
import type { ChartTheme } from "../charts/theme";
import { iconButton } from "../shared/pieces";
import { runTitles } from "../../server/protocol/run-title";
import { latest } from "../shared/latest";
import { runHeadline } from "../shared/run-labels";
import { named } from "../../server/shared/unseen";
import { visible } from "../shared/visible";
import type { Compared, Line, Member, RunName } from "./compared-runs";
import { keyOf, letterOf, runsNamed } from "./compared-runs";
import { matches, settingsOfRun, tellApart } from "./recipe-differences";

/** Runs that are listed to be added: the newest that match. */
const mostListed = 30;

export interface RunListActions {
  readonly change: (compared: Compared) => void;
  /** Compares these runs. */
  readonly compare: (runs: readonly RunName[]) => void;
  /** Has a person choose a file of another tool, whose runs are compared, too. */
  readonly addTracker: () => void;
  readonly redraw: () => void;
}

export interface ComparedList {
  view(
    compared: Compared,
    members: readonly Member[],
    lines: readonly Line[],
    runs: readonly RunEntry[],
    theme: ChartTheme,
  ): TemplateResult;
}

export function comparedList({ change, compare, redraw, addTracker }: RunListActions): ComparedList {
  let text = "";
  const titlesOf = latest(runTitles);
  const typed = (event: Event): void => {
    text = (event.currentTarget as HTMLInputElement).value;
    redraw();
  };

  const row = (
    compared: Compared,
    member: Member,
    lines: readonly Line[],
    theme: ChartTheme,
    apart: string,
  ): TemplateResult => {
    const { folder, tracker, style, shown, title, run, problem: why } = member;
    const key = keyOf(member);
    const letter = letterOf(style);
    const line = lines.find(({ members }) => members.some((one) => keyOf(one) === key));
    const isBaseline = compared.baseline === key;
    const toggled = (): void =>
      change({
        ...compared,
        runs: compared.runs.map((one) => (keyOf(one) === key ? { ...one, shown: !one.shown } : one)),
      });
    return html`<tr class=${shown ? "" : "off"}>
      <td>
        <label class="shown">
          <input type="checkbox" .checked=${shown} @change=${toggled} aria-label="Show ${letter}" />
          ${swatchOf(line ?? { style, baseline: isBaseline }, theme)} <b>${letter}</b>
        </label>
      </td>
      <th scope="row" title=${named(folder)}>${visible(title)}</th>
      <td class="status">
        ${run !== null ? visible(runHeadline(run).text) : tracker !== null && why === null ? t("of another tool") : t("gone")}
      </td>
      <td class="apart">${visible(apart)}</td>
      <td>${line !== undefined && line.members.length > 1 ? t("mean of {0}", line.label) : nothing}</td>
      <td>
        <label class="shown">
          <input
            type="checkbox"
            .checked=${isBaseline}
            @change=${() => change({ ...compared, baseline: isBaseline ? null : key })}
          />
          Baseline
        </label>
      </td>
      <td>
        ${iconButton("close", t("Remove {0}", letter), () => compare(compared.runs.filter((one) => keyOf(one) !== key)))}
      </td>
    </tr>`;
  };

  const toAdd = (compared: Compared, runs: readonly RunEntry[]): TemplateResult => {
    const there = new Set(compared.runs.map(keyOf));
    const others = runs.filter(({ folder, record }) => !there.has(folder) && record !== null);
    const found = others.filter((run) => matches(run, settingsOfRun(run), text));
    const listed = found.slice(0, mostListed);
    const titles = titlesOf(runs);
    const apart = tellApart(listed.map(settingsOfRun));
    const full = there.size >= mostRuns;
    return html`<details class="add-runs" ?open=${there.size < 2}>
      <summary>Add runs</summary>
      <label class="field">
        <span>Filter by name, recipe, tag or setting (learning_rate=0.1)</span>
        <input type="search" .value=${text} @input=${typed} />
      </label>
      <ul>
        ${repeat(
          listed,
          ({ folder }) => folder,
          (run, at) =>
            html`<li>
              <button
                type="button"
                class="link"
                title=${named(run.folder)}
                ?disabled=${full}
                @click=${() => compare([...compared.runs, ...runsNamed([run.folder])])}
              >
                ${visible(titles.get(run.folder) ?? "")}
              </button>
              <span class="hint"
                >${[runHeadline(run).text, apart[at] ?? ""]
                  .filter(Boolean)
                  .map(visible)
                  .map((text, part) => html`${part > 0 ? " · " : nothing}${text}`)}</span
              >
            </li>`,
        )}
      </ul>
      <p class="hint" role="status">
        ${
          full
            ? t("{0} runs are compared: remove one to add another.", mostRuns)
            : found.length === 0
              ? others.length === 0
                ? t("There is no other run in the workspace.")
                : t("No other run matches.")
              : found.length > mostListed
                ? t("The newest {0} of {1} are listed.", mostListed, found.length)
                : nothing
        }
      </p>
      <button type="button" class="link add-tracker" ?disabled=${full} @click=${addTracker}>
        Add metrics of another tool…
      </button>
    </details>`;
  };

  return {
    view: (compared, members, lines, runs, theme) => {
      const ours = members.flatMap((member) => (member.run === null ? [] : [{ member, run: member.run }]));
      const texts = tellApart(ours.map(({ run }) => settingsOfRun(run)));
      const apart = new Map(ours.map(({ member }, at) => [member, texts[at] ?? ""]));
      return html`<section class="compared-runs" aria-label="Compared runs">
        <table>
          <caption class="visually-hidden">
            Compared runs
          </caption>
          <tbody>
            ${repeat(members, keyOf, (member) => row(compared, member, lines, theme, apart.get(member) ?? ""))}
          </tbody>
        </table>
        ${toAdd(compared, runs)}
      </section>`;
    },
  };
}
