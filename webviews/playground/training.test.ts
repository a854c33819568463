import { expect, test } from "vitest";
import { trainsNow } from "./training";

test("a run trains beside the checkpoint while its record says so, whenever it began", () => {
  const statuses = ["running", "stopping", "completed", "interrupted"] as const;
  const shown = statuses.map((status) => trainsNow([{ record: null }, { record: { status } }]));
  expect(shown).toEqual([true, true, false, false]);
});
