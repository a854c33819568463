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
import { runHeadline, runName } from "../shared/run-labels";
import { visible } from "../shared/visible";
import type { Compared, Line, Member } from "./compared-runs";
import { letterOf } from "./compared-runs";
import { matches, settingsOfRun } from "./recipe-differences";

/** Runs that are listed to be added: the newest that match. */
const mostListed = 30;

export interface RunListActions {
  readonly change: (compared: Compared) => void;
  /** Compares these runs. */
  readonly compare: (folders: readonly string[]) => void;
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

export function comparedList({ change, compare, redraw }: RunListActions): ComparedList {
  let text = "";
  const typed = (event: Event): void => {
    text = (event.currentTarget as HTMLInputElement).value;
    redraw();
  };

  const row = (compared: Compared, member: Member, lines: readonly Line[], theme: ChartTheme): TemplateResult => {
    const { folder, style, shown, run } = member;
    const letter = letterOf(style);
    const line = lines.find(({ members }) => members.some((one) => one.folder === folder));
    const isBaseline = compared.baseline === folder;
    const toggled = (): void =>
      change({
        ...compared,
        runs: compared.runs.map((one) => (one.folder === folder ? { ...one, shown: !one.shown } : one)),
      });
    return html`<tr class=${shown ? "" : "off"}>
      <td>
        <label class="shown">
          <input type="checkbox" .checked=${shown} @change=${toggled} aria-label="Show ${letter}" />
          ${swatchOf(line ?? { style, baseline: isBaseline }, theme)} <b>${letter}</b>
        </label>
      </td>
      <th scope="row">${run === null ? visible(folder) : visible(runName(run))}</th>
      <td>${run === null ? "gone" : runHeadline(run).text}</td>
      <td>${line !== undefined && line.members.length > 1 ? t("mean of {0}", line.label) : nothing}</td>
      <td>
        <label class="shown">
          <input
            type="checkbox"
            .checked=${isBaseline}
            @change=${() => change({ ...compared, baseline: isBaseline ? null : folder })}
          />
          Baseline
        </label>
      </td>
      <td>
        ${iconButton("close", t("Remove {0}", letter), () => compare(compared.runs.map((one) => one.folder).filter((one) => one !== folder)))}
      </td>
    </tr>`;
  };

  const toAdd = (compared: Compared, runs: readonly RunEntry[]): TemplateResult => {
    const there = new Set(compared.runs.map(({ folder }) => folder));
    const others = runs.filter(({ folder, record }) => !there.has(folder) && record !== null);
    const found = others.filter((run) => matches(run, settingsOfRun(run), text));
    const full = there.size >= mostRuns;
    return html`<details class="add-runs" ?open=${there.size < 2}>
      <summary>Add runs</summary>
      <label class="field">
        <span>Filter by name, recipe, tag or setting (learning_rate=0.1)</span>
        <input type="search" .value=${text} @input=${typed} />
      </label>
      <ul>
        ${repeat(
          found.slice(0, mostListed),
          ({ folder }) => folder,
          (run) =>
            html`<li>
              <button
                type="button"
                class="link"
                ?disabled=${full}
                @click=${() => compare([...compared.runs.map(({ folder }) => folder), run.folder])}
              >
                ${visible(runName(run))}
              </button>
              <span class="hint">${runHeadline(run).text}</span>
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
    </details>`;
  };

  return {
    view: (compared, members, lines, runs, theme) =>
      html`<section class="compared-runs" aria-label="Compared runs">
        <table>
          <caption class="visually-hidden">
            Compared runs
          </caption>
          <tbody>
            ${repeat(
              members,
              ({ folder }) => folder,
              (member) => row(compared, member, lines, theme),
            )}
          </tbody>
        </table>
        ${toAdd(compared, runs)}
      </section>`,
  };
}
