import { expect, test } from "vitest";
import { fairTurns, type Asker } from "./fair-turns";

/** Says who got a place, in order. */
function asked(places: number, patience = 60_000) {
  const turns = fairTurns(places, patience);
  const got: string[] = [];
  const ask = (name: string, asker: Asker, times = 1): void => {
    for (let time = 1; time <= times; time++)
      void turns.enter(asker).then((entered) => got.push(entered ? `${name}${time}` : `no ${name}${time}`));
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { ...turns, got, ask, settled };
}

test("who asks for much waits behind who asks for little", async () => {
  const { ask, leave, got, settled } = asked(2);
  const [much, little, other] = [{}, {}, {}];
  ask("much", much, 5);
  ask("little", little);
  ask("other", other, 2);
  await settled();
  expect(got).toEqual(["much1", "much2"]);
  leave(much);
  await settled();
  expect(got.slice(2)).toEqual(["little1"]);
  leave(little);
  await settled();
  expect(got.slice(3)).toEqual(["other1"]);
  leave(much);
  await settled();
  expect(got.slice(4)).toEqual(["much3"]);
  leave(other);
  await settled();
  expect(got.slice(5)).toEqual(["other2"]);
});

test("of those who have as many, each has its turn", async () => {
  const { ask, leave, got, settled } = asked(1);
  const [one, two] = [{}, {}];
  ask("one", one, 3);
  ask("two", two, 3);
  for (const asker of [one, two, one, two, one]) {
    await settled();
    leave(asker);
  }
  await settled();
  expect(got).toEqual(["one1", "two1", "one2", "two2", "one3", "two3"]);
});

test("who has no place for long gets one beyond the number, and only one", async () => {
  const { ask, leave, got, settled, enter } = asked(1, 5);
  const [holds, waits] = [{}, {}];
  ask("holds", holds, 2);
  expect(await enter(waits)).toBe(true);
  ask("waits", waits);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(got).toEqual(["holds1"]);
  leave(waits);
  await settled();
  // One place is taken, which is all there are.
  expect(got).toEqual(["holds1"]);
  leave(holds);
  await settled();
  expect(got).toEqual(["holds1", "holds2"]);
});

test("what is dropped gets no place, and leaves the others theirs", async () => {
  const { ask, leave, drop, got, settled } = asked(1);
  const [gone, stays] = [{}, {}];
  ask("gone", gone, 3);
  ask("stays", stays);
  drop(gone);
  await settled();
  expect(got).toEqual(["gone1", "no gone2", "no gone3"]);
  leave(gone);
  await settled();
  expect(got.at(-1)).toBe("stays1");
});
