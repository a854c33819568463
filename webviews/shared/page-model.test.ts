import { expect, test } from "vitest";
import * as z from "zod";
import { pageModel } from "./page-model";

const schema = z.object({ run: z.string().nullable(), scroll: z.number() });
const start: { place: z.infer<typeof schema>; rows: number; problem: string | null } = {
  place: { run: null, scroll: 0 },
  rows: 0,
  problem: null,
};

/** A page, what its port holds, and how often it was drawn. */
function page(stored?: unknown) {
  let [kept, drawn] = [stored, 0];
  const port = { getState: () => kept, setState: (next: unknown) => (kept = next) };
  const model = pageModel(port, () => drawn++, schema, start);
  return { model, kept: () => kept, drawn: () => drawn };
}

test("a place that was kept is gone on with; one that is not what it must be begins anew", () => {
  expect(page({ run: "/r", scroll: 7 }).model.state()).toEqual({ ...start, place: { run: "/r", scroll: 7 } });
  for (const other of [undefined, null, "x", { run: 1, scroll: 7 }, { run: "/r" }])
    expect(page(other).model.state()).toEqual(start);
});

test("what is set or moved is drawn, what is only kept is not, and either outlives the page where it is a place", () => {
  const { model, kept, drawn } = page();
  model.set({ rows: 3 });
  expect([model.state().rows, kept(), drawn()]).toEqual([3, undefined, 1]);
  model.keep({ scroll: 5 });
  expect([model.state().place, kept(), drawn()]).toEqual([{ run: null, scroll: 5 }, { run: null, scroll: 5 }, 1]);
  model.move({ run: "/r" });
  expect([model.state().place, kept(), drawn()]).toEqual([{ run: "/r", scroll: 5 }, { run: "/r", scroll: 5 }, 2]);
  model.set({ place: { run: null, scroll: 0 }, rows: 0 });
  expect([model.state(), kept(), drawn()]).toEqual([start, { run: null, scroll: 0 }, 3]);
});

test("what a question fails with is shown, and the rest of the state stays", async () => {
  const { model, drawn } = page();
  model.set({ rows: 3 });
  await model.guard(async () => {
    throw new Error("The extension does not answer.");
  });
  expect(model.state()).toEqual({ ...start, rows: 3, problem: "The extension does not answer." });
  expect(drawn()).toBe(2);
  await model.guard(async () => model.set({ problem: null }));
  expect(model.state().problem).toBeNull();
});
