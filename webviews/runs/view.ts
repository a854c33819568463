/** The table of runs: a filter, what is done with chosen runs, and a row a run. */
import { html, plural, t } from "../shared/l10n";
import { nothing, render } from "lit";
import type { TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";
import { mostRuns } from "../../server/protocol/curves";
import type { Params } from "../../server/protocol/methods";
import { latest } from "../shared/latest";
import { emptyState, problem } from "../shared/pieces";
import { rowsInView } from "../shared/rows-in-view";
import { named } from "../../server/shared/unseen";
import { breakable, plainName, visible } from "../shared/visible";
import { columnsOf, filtered, sorted, textOf, type Column, type Row } from "./columns";
import type { RunsModel } from "./model";

type Deed = Params<"withRuns">["what"];

export interface RunsView {
  draw(): void;
  restored(): boolean;
  complain(message: string): void;
}

/** Pixels of a row; the style sheet has the same. */
const rowPixels = 28;
/** Characters that the widest column is made for. */
const widest = 36;

const deeds: readonly {
  readonly what: Deed;
  readonly label: string;
  readonly icon: string;
  readonly least: number;
  readonly most: number;
}[] = [
  { what: "compare", label: t("Compare"), icon: "git-compare", least: 2, most: mostRuns },
  { what: "tag", label: t("Tag…"), icon: "tag", least: 1, most: Infinity },
  { what: "rename", label: t("Rename…"), icon: "edit", least: 1, most: 1 },
  { what: "note", label: t("Note…"), icon: "note", least: 1, most: 1 },
  { what: "delete", label: t("Delete…"), icon: "trash", least: 1, most: Infinity },
];

export function runsView(
  model: RunsModel,
  body: HTMLElement,
  withRuns: (what: Deed, folders: readonly string[]) => void,
): RunsView {
  const root = body.appendChild(document.createElement("main"));
  let complaint: string | null = null;
  let restored = false;
  /** Pixels above the first row. */
  let bodyTop = 0;

  const columnsFor = latest(columnsOf);
  const rowsFor = latest(
    (all: readonly Row[], columns: readonly Column[], filter: string, sort: string, descending: boolean) => {
      const by = columns.find(({ id }) => id === sort) ?? columns[0]!;
      return { by, rows: sorted(filtered(all, columns, filter), by, descending) };
    },
  );
  /** Room for the longest text of each column among all rows: columns stay as they are while rows come and go. */
  const widthsFor = latest((all: readonly Row[], columns: readonly Column[]) =>
    columns.map((column) =>
      Math.min(
        widest,
        all.reduce((longest, row) => Math.max(longest, textOf(row, column).length), 0),
      ),
    ),
  );

  const draw = (): void => {
    render(page(), root);
    // What stays in sight while the table is scrolled: as wide as the page, and how high the titles begin below it.
    root.style.setProperty("--seen", `${document.documentElement.clientWidth}px`);
    const toolbarHeight = root.querySelector<HTMLElement>(".toolbar")?.offsetHeight ?? 0;
    document.documentElement.style.setProperty("--above", `${toolbarHeight}px`);
    const body = root.querySelector("tbody");
    if (body !== null) {
      const above = body.getBoundingClientRect().top + window.scrollY;
      if (above !== bodyTop) {
        bodyTop = above;
        // What is drawn before it is known where rows begin is a few rows off.
        render(page(), root);
      }
    }
    if (!restored && model.state().runs !== null) {
      restored = true;
      window.scrollTo(0, model.state().place.scroll);
    }
  };

  const retry = (): void => {
    complaint = null;
    model.pull();
  };

  const page = (): TemplateResult => {
    const { runs, table, problem: failed } = model.state();
    const several = new Set((runs ?? []).map(({ workspaceFolder }) => workspaceFolder)).size > 1;
    const columns = columnsFor(table, several);
    return html`<h1 class="visually-hidden">Runs</h1>
      ${problem(failed ?? complaint, retry)}
      ${
        runs === null
          ? failed === null
            ? html`<p class="loading" role="status">Reading runs…</p>`
            : nothing
          : runs.length === 0
            ? emptyState(t("No runs yet"), t("Open a recipe (*.lab.json) and choose Run above its pipeline."))
            : content(columns)
      }`;
  };

  const content = (columns: readonly Column[]): TemplateResult => {
    const { place, table } = model.state();
    const all = model.rows();
    const { by, rows } = rowsFor(all, columns, place.filter, place.sort, place.descending);
    const widths = widthsFor(all, columns);
    const top = Math.max(0, (restored ? window.scrollY : place.scroll) - bodyTop);
    const view = rowsInView(rows.length, { top, height: window.innerHeight }, rowPixels);
    const space = (rowsLeftOut: number): TemplateResult | typeof nothing =>
      rowsLeftOut === 0
        ? nothing
        : html`<tr class="space" aria-hidden="true">
            <td colspan=${columns.length + 1} style=${styleMap({ height: `${rowsLeftOut * rowPixels}px` })}></td>
          </tr>`;
    return html`${toolbar(all.length, rows)}
      ${
        table !== null && table.moreSettings > 0
          ? html`<p class="hint">
              ${plural(table.moreSettings, "further setting")} that differ in fewer runs have no column.
            </p>`
          : nothing
      }
      <table aria-rowcount=${rows.length + 1} @keydown=${moved}>
        <thead>
          <tr>
            <th>
              <input
                type="checkbox"
                aria-label="Choose all ${rows.length} shown runs"
                .checked=${rows.length > 0 && rows.every(({ run }) => chosen.has(run.folder))}
                @change=${(event: Event) => {
                  const on = (event.currentTarget as HTMLInputElement).checked;
                  model.move({ chosen: on ? rows.map(({ run }) => run.folder) : [] });
                }}
              />
            </th>
            ${columns.map((column, at) => head(column, by, place.descending, widths[at] ?? 0))}
          </tr>
        </thead>
        <tbody>
          ${space(view.first)}
          ${repeat(
            rows.slice(view.first, view.end),
            // Rows of another order are made of those that are there; rows that are scrolled stay.
            (_row, at) => view.first + at,
            (row, at) =>
              guard([row, chosen.has(row.run.folder), view.first + at], () => rowView(row, columns, view.first + at)),
          )}
          ${space(rows.length - view.end)}
        </tbody>
      </table>`;
  };

  let chosen: ReadonlySet<string> = new Set();
  const toolbar = (all: number, rows: readonly Row[]): TemplateResult => {
    chosen = new Set(model.chosen());
    const typed = (event: Event): void => model.move({ filter: (event.currentTarget as HTMLInputElement).value });
    return html`<header class="toolbar">
      <label class="field filter">
        <span>Filter</span>
        <input
          type="text"
          spellcheck="false"
          placeholder="words, #tag, setting=value, -without"
          .value=${model.state().place.filter}
          @input=${typed}
        />
      </label>
      <span class="count" role="status"
        >${rows.length === all ? plural(all, "run") : t("{0} of {1}", rows.length, plural(all, "run"))}${
          chosen.size > 0 ? t(" · {0} chosen", chosen.size) : ""
        }</span
      >
      <div class="deeds">
        ${deeds.map(({ what, label, icon, least, most }) => {
          const off = chosen.size < least || chosen.size > most;
          return html`<button
            type="button"
            class="deed"
            data-deed=${what}
            ?disabled=${off}
            title=${
              off
                ? t(
                    "Choose {0} first",
                    least === most
                      ? t("one run")
                      : most === Infinity
                        ? least === 1
                          ? t("a run or more")
                          : t("{0} runs or more", least)
                        : t("{0} to {1} runs", least, most),
                  )
                : label
            }
            @click=${() => withRuns(what, [...chosen])}
          >
            <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${label}
          </button>`;
        })}
      </div>
    </header>`;
  };

  /** Column whose title is reached by Tab; null: the one that runs are sorted by. There may be dozens: arrow keys move between them. */
  let reached: string | null = null;
  const moved = (event: KeyboardEvent): void => {
    const from = event.target as HTMLElement;
    const next = neighbour(from, event.key);
    if (next === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { column } = next.dataset;
    if (column !== undefined) {
      reached = column;
      draw();
    }
    next.focus();
  };

  const head = (column: Column, by: Column, descending: boolean, letters: number): TemplateResult => {
    const sorting = column.id === by.id;
    return html`<th
      scope="col"
      class=${column.numeric ? "numeric" : column.id.startsWith("setting ") ? "setting" : ""}
      style=${styleMap({ minWidth: `${letters}ch` })}
      aria-sort=${sorting ? (descending ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        tabindex=${column.id === (reached ?? by.id) ? 0 : -1}
        data-column=${column.id}
        title="Sort by ${plainName(column.title)}"
        @click=${() => model.move({ sort: column.id, descending: sorting ? !descending : column.numeric })}
      >
        ${breakable(column.title)}${sorting ? html`<span aria-hidden="true">${descending ? " ↓" : " ↑"}</span>` : nothing}
      </button>
    </th>`;
  };

  const rowView = (row: Row, columns: readonly Column[], place: number): TemplateResult => {
    const { folder } = row.run;
    const toggle = (event: Event): void => {
      const others = model.chosen().filter((one) => one !== folder);
      model.move({ chosen: (event.currentTarget as HTMLInputElement).checked ? [...others, folder] : others });
    };
    return html`<tr class=${chosen.has(folder) ? "chosen" : ""} data-run=${folder} aria-rowindex=${place + 2}>
      <td>
        <input type="checkbox" aria-label="Choose this run" .checked=${chosen.has(folder)} @change=${toggle} />
      </td>
      ${columns.map((column) => {
        const text = textOf(row, column);
        return column.id === "name"
          ? html`<th scope="row">
              <button
                type="button"
                class="link"
                title="${named(folder)}: open its curves"
                @click=${() => withRuns("open", [folder])}
              >
                ${visible(text)}
              </button>
            </th>`
          : html`<td class=${column.numeric ? "numeric" : ""}><span title=${named(text)}>${visible(text)}</span></td>`;
      })}
    </tr>`;
  };

  return {
    draw,
    restored: () => restored,
    complain: (message) => {
      complaint = message;
      draw();
    },
  };
}

/** What an arrow key leads to from a control of the table: the title beside, or the same control of the row above or below. Null: it leads nowhere. */
function neighbour(from: HTMLElement, key: string): HTMLElement | null {
  const row = from.closest("tr");
  const cell = from.closest<HTMLTableCellElement>("th, td");
  if (row === null || cell === null) return null;
  const inHead = row.closest("thead") !== null;
  if (inHead && from.dataset["column"] !== undefined) {
    const titles = [...row.querySelectorAll<HTMLElement>("[data-column]")];
    const at = titles.indexOf(from);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: titles.length - 1 }[key];
    if (to !== undefined) return titles[to] ?? null;
  }
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const rows = [...(row.closest("table")?.querySelectorAll<HTMLElement>("thead tr, tr[data-run]") ?? [])];
  const other = rows[rows.indexOf(row) + (key === "ArrowDown" ? 1 : -1)];
  const place = Math.min(1, cell.cellIndex);
  return other?.children[place]?.querySelector<HTMLElement>("button, input") ?? null;
}
