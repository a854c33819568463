import { expect, test } from "vitest";
import { panelLayoutSchema, usualLayout } from "../../server/protocol/panel-layout";
import { arranged, hiddenTo, isUsual, movedBeside, movedBy, ownTo, pinnedTo, sizedTo } from "./panel-order";

const usual = ["reward", "rewards", "held-out", "loss"];

test("without wishes panels stand as they usually do", () => {
  expect(arranged(usual, usualLayout)).toEqual(usual);
});

test("a panel is moved before and behind another", () => {
  const first = movedBeside(usualLayout, usual, "loss", { beside: "rewards", after: false });
  expect(arranged(usual, first)).toEqual(["reward", "loss", "rewards", "held-out"]);
  const second = movedBeside(first, arranged(usual, first), "reward", { beside: "held-out", after: true });
  expect(arranged(usual, second)).toEqual(["loss", "rewards", "held-out", "reward"]);
});

test("a panel that is new stands behind the one that it usually follows", () => {
  const layout = movedBeside(usualLayout, usual, "loss", { beside: "reward", after: false });
  expect(arranged(["reward", "new", "rewards", "held-out", "loss"], layout)).toEqual([
    "loss",
    "reward",
    "new",
    "rewards",
    "held-out",
  ]);
});

test("moving panels of one run leaves those of another where they were", () => {
  const first = movedBy(usualLayout, ["reward", "margin", "loss"], "loss", -2);
  const second = movedBy(first, arranged(usual, first), "held-out", -3);
  expect(arranged(["reward", "margin", "loss"], second)).toEqual(["loss", "reward", "margin"]);
  expect(arranged(usual, second)[0]).toBe("held-out");
});

test("pinned panels stand first and are moved among each other", () => {
  let layout = pinnedTo(pinnedTo(usualLayout, "loss", true), "held-out", true);
  expect(arranged(usual, layout)).toEqual(["held-out", "loss", "reward", "rewards"]);
  layout = movedBy(layout, arranged(usual, layout), "loss", -1);
  expect(arranged(usual, layout)).toEqual(["loss", "held-out", "reward", "rewards"]);
  expect(movedBy(layout, arranged(usual, layout), "loss", -1)).toBe(layout);
  expect(arranged(usual, pinnedTo(layout, "loss", false))[0]).toBe("held-out");
});

test("sizes stay within what a panel can have, and the usual one is no wish", () => {
  const large = sizedTo(usualLayout, "loss", { columns: 9, height: 1e6 });
  expect(large.sizes).toEqual({ loss: { columns: 4, height: 900 } });
  expect(panelLayoutSchema.parse(large)).toEqual(large);
  expect(isUsual(sizedTo(large, "loss", { columns: 1, height: 190 }))).toBe(true);
});

test("hiding and making panels are taken back", () => {
  const layout = ownTo(hiddenTo(usualLayout, "loss", true), "ratio/max", true);
  expect(layout).toMatchObject({ hidden: ["loss"], own: ["ratio/max"] });
  expect(isUsual(ownTo(hiddenTo(layout, "loss", false), "ratio/max", false))).toBe(true);
});
