/** Columns that a recipe's tasks give rewards: of data sets from the beginnings of their files, of other tasks from rows that they draw. */
import type { RowColumn } from "../protocol/row-columns";
import { resolveFrom } from "../recipes/resolve-from";
import type { Recipe, TaskSpec } from "../recipes/schema";
import { placedRows } from "../rows/read-rows";
import type { Columns } from "../rows/row";
import { randomStream } from "../shared/random";
import { columnTypes } from "./column-types";
import { createTask } from "./create-task";
import { formatReaders } from "./dataset-formats";

/** Rows that are looked at. */
const lookedAt = 100;

function columnsOf(spec: TaskSpec, folder: string): Columns[] {
  if (spec.name === "dataset") {
    const reader = spec.format === "columns" ? null : formatReaders[spec.format];
    const found: Columns[] = [];
    for (const row of placedRows(resolveFrom(folder, spec.train), "The dataset")) {
      const columns = row.columns();
      found.push(reader ? reader.read(columns).columns : columns);
      if (found.length === lookedAt) break;
    }
    return found;
  }
  const { rows } = createTask(spec, folder);
  const some =
    rows.kind === "drawn"
      ? Array.from({ length: 16 }, (_, index) => rows.row(randomStream(0, "columns", spec.name, index)))
      : rows.training.slice(0, lookedAt);
  return some.map(({ columns = {} }) => columns);
}

/** Prompt and answer are texts, unless columns of theirs stand in their place. Throws an Error for people when data cannot be read. */
export function rowColumns(recipe: Recipe, folder: string): RowColumn[] {
  const specs = [recipe.task, ...(recipe.general_task ? [recipe.general_task] : [])];
  const asked = { prompt: "", answer: "" };
  return columnTypes(specs.flatMap((spec) => columnsOf(spec, folder).map((columns) => ({ ...asked, ...columns }))));
}

/** Columns of several recipes: what one of them lacks is optional, and a type is any of theirs. */
export function joinColumns(all: readonly (readonly RowColumn[])[]): RowColumn[] {
  const names = [...new Set(all.flatMap((columns) => columns.map(({ name }) => name)))];
  return names.map((name) => {
    const found = all.flatMap((columns) => columns.filter((column) => column.name === name));
    return {
      name,
      type: [...new Set(found.map(({ type }) => type))].join(" | "),
      optional: found.length < all.length || found.some(({ optional }) => optional),
    };
  });
}
