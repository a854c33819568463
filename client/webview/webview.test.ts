import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import { methodsOf } from "../../server/protocol/methods";
import { fileWithin, pageAnswers, type Openers } from "./answers";
import { pageHtml } from "./page-html";

test("the page may load its script and its own styles, and nothing else", () => {
  const html = pageHtml({
    title: "Live Curves",
    nonce: "n0nce",
    cspSource: "https://*.example",
    script: "https://a.example/curves.js",
    style: "https://a.example/curves.css",
    language: "de",
    texts: { Run: 'Lauf "eins"', Stop: "</head><script>alert(1)</script>" },
  });
  expect(html).toContain('<html lang="de">');
  // Texts are data, whatever stands in them.
  expect(html).not.toContain("<script>alert");
  const content = /name="reasoning-lab-texts" content="([^"]*)"/.exec(html)?.[1] ?? "";
  expect(JSON.parse(content.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">"))).toEqual({
    Run: 'Lauf "eins"',
    Stop: "</head><script>alert(1)</script>",
  });
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'nonce-n0nce'");
  expect(policy).not.toMatch(/unsafe|\*(?!\.)|data:/);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toContain('<script nonce="n0nce" src="https://a.example/curves.js">');
});

const run: RunEntry = {
  folder: "/w/run",
  workspaceFolder: "/w",
  record: null,
  problem: null,
  checkpoints: [],
  progress: null,
  live: null,
};

/** What answers a page, before a server that lists one run and answers everything else with nothing. */
function host(open: Partial<Openers> = {}) {
  const calls: unknown[] = [];
  const ask = (method: string, params: unknown): Promise<unknown> => {
    calls.push([method, params]);
    return Promise.resolve(method === "listRuns" ? [run] : null);
  };
  const nothingOpens: Openers = {
    traces: () => expect.unreachable("no traces were asked for"),
    source: () => expect.unreachable("no source was asked for"),
    glossary: () => expect.unreachable("no term was asked for"),
    result: () => expect.unreachable("no result was asked for"),
    rewardChange: () => expect.unreachable("no edit was asked for"),
    rewardSource: () => expect.unreachable("no source was asked for"),
    tryRollout: () => expect.unreachable("no prompt was to be tried"),
    debugRollout: () => expect.unreachable("no debugger was asked for"),
    settings: () => expect.unreachable("no settings were applied"),
    setting: () => expect.unreachable("no setting was asked for"),
    threshold: () => expect.unreachable("no threshold was asked for"),
    paidLine: () => expect.unreachable("no line was asked for"),
    rawRow: () => expect.unreachable("no row was asked for"),
    copyRollout: () => expect.unreachable("nothing was copied"),
    saveCase: () => expect.unreachable("no case was asked for"),
    filters: {
      read: () => [],
      keep: () => Promise.reject(new Error("no filters were to be kept")),
      name: () => Promise.resolve([]),
    },
    layout: { read: () => null, keep: () => Promise.reject(new Error("no layout was to be kept")) },
    withRuns: () => Promise.reject(new Error("nothing was to be done with runs")),
    chooseTracker: () => Promise.reject(new Error("no file was to be chosen")),
    copyLink: () => Promise.reject(new Error("no link was to be copied")),
    saveFile: () => Promise.reject(new Error("nothing was to be saved")),
    audit: () => expect.unreachable("no audit was asked for"),
    rolloutFile: () => expect.unreachable("no file was asked for"),
    finding: () => expect.unreachable("no finding was asked for"),
  };
  return { page: pageAnswers(ask as Parameters<typeof pageAnswers>[0], { ...nothingOpens, ...open }), calls };
}
const { signal } = new AbortController();

test("a page reads runs of the list only, whatever it asks", async () => {
  const { page, calls } = host();
  await expect(page.readCurves({ folder: "/etc", stage: null }, signal)).rejects.toThrow("/etc");
  await page.readCurves({ folder: "/w/run", stage: null }, signal);
  expect(calls).toEqual([
    ["listRuns", {}],
    ["readCurves", { folder: "/w/run", stage: null }],
  ]);
  for (const name of methodsOf("page → server", "page → client")) {
    // These are about no run.
    if (name === "listRuns" || name === "openGlossary") continue;
    // And these about reward files: the server holds them to its folders.
    if (name === "auditAgain" || name === "withFinding") continue;
    // And these about the person's own layout, and a file where the person says.
    if (name === "withRuns") {
      const done = page.withRuns({ what: "delete", folders: ["/w/run", "/etc"] }, signal);
      await expect(done, name).rejects.toThrow("The run /etc no longer exists.");
      continue;
    }
    if (
      name === "readLayout" ||
      name === "keepLayout" ||
      name === "readFilters" ||
      name === "chooseTracker" ||
      name === "keepFilters" ||
      name === "nameFilter" ||
      name === "openThreshold" ||
      name === "saveFile"
    )
      continue;
    const elsewhere = page[name]({ folder: "/etc", file: "x" } as never, signal);
    await expect(elsewhere, name).rejects.toThrow("The run /etc no longer exists.");
  }
});

test("a click on a point opens its traces", async () => {
  const opened: unknown[] = [];
  const { page } = host({ traces: (place) => opened.push(place) });
  const place = { folder: "/w/run", stage: "rl", step: 4, rollout: { purpose: "train", group: 2, sample: 7 } } as const;
  expect(await page.openTraces(place, signal)).toBeNull();
  expect(opened).toEqual([place]);
});

test("a setting is shown in the recipes of listed runs only; what the page hears is whether it was there", async () => {
  const opened: unknown[] = [];
  const { page } = host({
    setting: (setting) => {
      opened.push(setting);
      return Promise.resolve({ there: false });
    },
  });
  const setting = { folder: "/w/run", stage: "rl", setting: "beta" };
  expect(await page.openSetting(setting, signal)).toEqual({ there: false });
  await expect(page.openSetting({ ...setting, folder: "/etc" }, signal)).rejects.toThrow("/etc");
  expect(opened).toEqual([setting]);
});

test("a term is looked up without a run", async () => {
  const opened: unknown[] = [];
  const { page, calls } = host({ glossary: (term) => opened.push(term) });
  expect(await page.openGlossary({ term: "KL" }, signal)).toBeNull();
  expect(opened).toEqual(["KL"]);
  expect(calls).toEqual([]);
});

test("a stage's results are opened for runs of the list only", async () => {
  const opened: unknown[] = [];
  const { page } = host({ result: (place) => opened.push(place) });
  const result = { what: "card", checkpoint: "rl-4" } as const;
  expect(await page.openResult({ folder: "/w/run", result }, signal)).toBeNull();
  await expect(page.openResult({ folder: "/etc", result }, signal)).rejects.toThrow("/etc");
  expect(opened).toEqual([{ folder: "/w/run", result }]);
});

test("a recipe's pipeline is read by its URI, a run's by its folder", async () => {
  const { page, calls } = host();
  await page.readPipeline({ folder: null, recipeUri: "file:///w/a.lab.json" }, signal);
  await page.readPipeline({ folder: "/w/run", recipeUri: null }, signal);
  expect(calls).toEqual([
    ["readPipeline", { folder: null, recipeUri: "file:///w/a.lab.json" }],
    ["listRuns", {}],
    ["readPipeline", { folder: "/w/run", recipeUri: null }],
  ]);
});

test("the place of a reward error is opened when it lies in the workspace, and only then", () => {
  const workspace = resolve("w");
  expect(fileWithin(workspace, join("rewards", "sum.reward.ts"))).toBe(join(workspace, "rewards", "sum.reward.ts"));
  expect(fileWithin(workspace, join(workspace, "..name", "a.ts"))).toBe(join(workspace, "..name", "a.ts"));
  for (const outside of [join("..", "secret"), resolve("elsewhere"), "", workspace]) {
    expect(() => fileWithin(workspace, outside)).toThrow("not in the workspace folder");
  }
});
