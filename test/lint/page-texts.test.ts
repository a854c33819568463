/** What a page shows can be translated: no text of ours is shown as it stands. */
import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { untranslated } from "./untranslated";

test("every text that a page puts in by itself goes through t or plural", { timeout: 60_000 }, () => {
  const files = globSync("webviews/**/*.ts").filter((file) => !/\.(test|testing|d)\.ts$/.test(file));
  expect(files.length).toBeGreaterThan(50);
  expect(untranslated(files)).toEqual([]);
});

/** The texts that are found in a page of this code. */
const texts = (code: string, others: Readonly<Record<string, string>> = {}): string[] =>
  untranslated(["page.ts"], { "page.ts": code, ...others }).map((line) => line.replace(/^.*:\d+: /, ""));

test("texts in holes, in what is read out and in values of messages are found, and nothing else", () => {
  expect(texts('html`<p>${right ? "right" : "wrong"}</p>`')).toEqual(['"right"', '"wrong"']);
  expect(texts("html`<p title=${off ? `${many} runs` : label}></p>`")).toHaveLength(1);
  expect(texts('t("Choose {0}", many ? "runs" : "–")')).toEqual(['"runs"']);
  expect(texts('html`<p class=${open ? "open" : "shut"}>${t("right")} ${a === "b" ? 1 : 2}</p>`')).toEqual([]);
  expect(texts('html`<code>${held ? "rl.top_logprobs" : "pass@1"}</code>`')).toEqual([]);
});

test("a table's texts are found where one of them is shown, and where others of it are translated", () => {
  const ends = 'const ends: Readonly<Record<End, string>> = { stop: t("by itself"), cancelled: "stopped" };';
  expect(texts(ends)).toEqual(['"stopped"']);
  expect(texts('const ends = { stop: "by itself" }; html`<p>${end === null ? "…" : ends[end]}</p>`')).toEqual([
    '"by itself"',
  ]);
  const kinds = 'const kinds = { one: { name: "first", icon: "circle" }, two: { name: t("second"), icon: "pass" } };';
  expect(texts(`${kinds} html\`<i class="codicon-\${kinds[of].icon}">\${kinds[of].name}</i>\``)).toEqual(['"first"']);
  expect(texts(`${kinds} const { name } = kinds[of]; html\`<b title=\${name}></b>\``)).toEqual(['"first"']);
  expect(texts('const icons = { one: "circle", two: "pass" }; html`<i class="codicon-${icons[of]}"></i>`')).toEqual([]);
});

test("texts are found through constants, functions and files", () => {
  const titles = 'export const titles = { a: "The first", b: "The second" };';
  const page = 'import { titles } from "./titles"; const title = titles.a; html`<h1>${visible(title)}</h1>`;';
  expect(texts(page, { "titles.ts": titles })).toEqual(['"The first"']);
  expect(texts('const said = (n) => { if (n) return "some"; return t("none"); }; html`${said(1)}`')).toEqual([
    '"some"',
  ]);
  expect(texts('html`${names.map((name) => `run ${name}`).join(", ")}`')).toHaveLength(1);
});

test("labels of objects and of pieces of interface are read", () => {
  expect(texts('const panels = [{ id: "loss", label: () => "loss" }, { id: "kl", title: t("KL") }];')).toEqual([
    '"loss"',
  ]);
  expect(texts('iconButton("close", "Close", press); emptyState(t("No runs"), "None yet.")')).toEqual([
    '"Close"',
    '"None yet."',
  ]);
  expect(
    texts('button.title = "Close"; mark.setAttribute("aria-label", "Note"); mark.setAttribute("class", "wide");'),
  ).toEqual(['"Close"', '"Note"']);
});
