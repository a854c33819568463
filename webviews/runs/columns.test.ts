import { expect, test } from "vitest";
import type { RunTable } from "../../server/protocol/run-table";
import { testRun } from "../shared/host.testing";
import { columnsOf, filtered, sorted, type Row } from "./columns";

const table: RunTable = {
  settings: ["rl.learning_rate", "rl.loss_type"],
  moreSettings: 0,
  numbers: ["reward"],
  rows: [
    { folder: "/r/a", settings: ["0.0001", '"grpo"'], newest: { reward: 0.5 }, bytes: 2000 },
    { folder: "/r/b", settings: ["1e-5", '"dapo"'], newest: {}, bytes: null },
    { folder: "/r/c", settings: [null, '"grpo"'], newest: { reward: -1 }, bytes: 100 },
  ],
};
const rows = table.rows.map((known): Row => {
  const run = testRun(known.folder, ["rl"]);
  return { run: { ...run, record: { ...run.record!, id: known.folder.at(-1)!, stages: [] } }, title: "", known };
});
const columns = columnsOf(table, false);
const column = (id: string) => columns.find((one) => one.id === id)!;
const ids = (of: readonly Row[]): string => of.map(({ run }) => run.record!.id).join("");

test("numbers sort as numbers, and what is missing stands last in both directions", () => {
  expect(ids(sorted(rows, column("setting rl.learning_rate"), false))).toBe("bac");
  expect(ids(sorted(rows, column("setting rl.learning_rate"), true))).toBe("abc");
  expect(ids(sorted(rows, column("number reward"), true))).toBe("acb");
  expect(ids(sorted(rows, column("size"), false))).toBe("cab");
});

test("a filter takes words, settings with their values, and what must not be there", () => {
  const with_ = (filter: string): string => ids(filtered(rows, columns, filter));
  expect(with_("grpo")).toBe("ac");
  expect(with_("loss_type=grpo -0.0001")).toBe("c");
  expect(with_("")).toBe("abc");
});

test("several folders of a workspace are told apart", () => {
  expect(columns.some(({ id }) => id === "folder")).toBe(false);
  expect(
    columnsOf(table, true)
      .find(({ id }) => id === "folder")
      ?.text(rows[0]!),
  ).toBe("w");
});
