import { expect, test } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import { arrangedRuns, treeViewSchema } from "./tree-order";

const run = (id: string, name: string, status: string, passed: number | null = null, tags: string[] = []): RunEntry =>
  ({
    folder: `/w/.reasoning-lab/runs/${id}`,
    workspaceFolder: "/w",
    problem: null,
    checkpoints: [],
    progress: null,
    live: null,
    record: {
      id,
      name,
      status,
      created: "2026-01-01T00:00:00.000Z",
      recipeFile: "a.lab.json",
      stages: [{ before: null, after: passed === null ? null : { pass_at_1: passed } }],
    },
    ...(tags.length === 0 ? {} : { label: { name: null, tags, note: null, problem: null } }),
  }) as unknown as RunEntry;

const runs = [
  run("4", "Ten", "completed", 0.5),
  run("3", "alpha", "failed", 0.9, ["kl", "paper"]),
  run("2", "Beta", "running"),
  run("1", "beta 2", "completed", 0.7, ["kl"]),
];
const ids = (order: string, filter = ""): string =>
  arrangedRuns(runs, treeViewSchema.parse({ order, filter }))
    .map(({ record }) => record?.id)
    .join("");

test("runs stand in each order", () => {
  expect(ids("newest")).toBe("4321");
  expect(ids("oldest")).toBe("1234");
  expect(ids("name")).toBe("3214");
  expect(ids("status")).toBe("2341");
  expect(ids("passed")).toBe("3142");
});

test("a filter takes all of its words, tags, and what must not be there", () => {
  expect(ids("newest", "beta")).toBe("21");
  expect(ids("newest", "#kl -failed")).toBe("1");
  expect(ids("newest", "live")).toBe("2");
  expect(ids("newest", "nothing")).toBe("");
});

test("what was kept by another version is the usual", () => {
  expect(treeViewSchema.parse({ order: "by moon", filter: 7 })).toEqual({ order: "newest", filter: "" });
});
