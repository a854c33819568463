// Every view and how a person opens it, by keyboard and mouse: for what looks at all of them (axe-core, pictures). The workspace has two finished runs, of
// which the newer one has groups with different rewards, and the files of view-workspace.mjs.

const lab = (driver, title) => driver.command(`Reasoning Lab: ${title}`);
const opened = (title) => (driver) => lab(driver, title);

async function openFile({ page }, name) {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input.input").first().fill(name);
  const row = page.locator(`.quick-input-list .monaco-list-row[aria-label^='${name}']`).first();
  await row.waitFor();
  // The list comes in pieces: a row that is pressed too early is another one by then.
  await page.waitForTimeout(1000);
  await row.click();
}
const file = (name) => (driver) => openFile(driver, name);

/** The curves of one run, whatever they showed before. */
async function oneRun(driver) {
  await lab(driver, "Open Live Curves");
  const page = await driver.webview("[data-chart=reward] canvas, .compared-runs");
  if ((await page.locator(".compared-runs").count()) > 0) await page.getByText("One Run").click();
  await page.locator("[data-chart=reward] canvas").waitFor();
  return page;
}

async function comparedRuns(driver) {
  const curves = await oneRun(driver);
  await curves.getByText("Compare Runs").click();
  const page = await driver.webview(".compared-runs");
  if ((await page.locator(".compared-runs tbody tr").count()) < 2)
    await page.locator(".add-runs li button").first().click();
  await page.locator("summary", { hasText: "Newest values" }).click();
  await page.locator(".compared-runs").scrollIntoViewIfNeeded();
}

async function notes(driver) {
  const page = await oneRun(driver);
  if ((await page.locator(".notes li").count()) === 0) {
    await page.locator("[data-chart=reward] .plot").focus();
    for (const key of ["Home", "ArrowRight", "ArrowRight", "n"]) await driver.page.keyboard.press(key);
    await page.locator("#note-text").fill("From here on most groups agree: harder prompts next time.");
    await driver.page.keyboard.press("Control+Enter");
    await page.locator(".notes li").waitFor();
  }
  await page.locator("[data-chart=reward] .plot").focus();
  await driver.page.keyboard.press("n");
}

/** The traces at a group whose rewards differ: it has a best and a worst, and something to learn from. */
async function traces(driver) {
  await lab(driver, "Open Traces");
  const page = await driver.webview(".groups li.row");
  const spread = /± (?:0\.0*)?[1-9]/;
  await page.locator(".groups li.row", { hasText: spread }).first().click();
  await page.locator(".group-header", { hasText: spread }).waitFor();
  await page.locator(".samples .sample").first().waitFor();
  return page;
}

async function filterLine(driver) {
  const page = await traces(driver);
  await page.locator("filter-line input").focus();
  await driver.page.keyboard.type("reward > 0.5 and co");
}

async function sample(driver) {
  const page = await traces(driver);
  await page.locator(".sample button", { hasText: "Tokens" }).first().click();
  await page.locator(".strip .token").first().waitFor();
  await page.locator(".strip").focus();
  for (let token = 0; token < 6; token++) await driver.page.keyboard.press("ArrowRight");
  return page;
}

async function whatIf(driver) {
  const page = await sample(driver);
  await page.getByRole("button", { name: "What if" }).click();
  await page.locator(".what-if .reproduces").waitFor();
  const score = page.getByLabel(/^Score of sample 0 by/).first();
  await score.fill("2");
  await score.press("Enter");
}

async function keyOnSample(driver, key) {
  const page = await sample(driver);
  await page.locator(".strip").focus();
  await driver.page.keyboard.press(key);
}

async function comparedSamples(driver) {
  const page = await traces(driver);
  await page.getByRole("button", { name: "Best against worst" }).click();
}

async function answers(driver) {
  await lab(driver, "Try Checkpoint");
  const page = await driver.webview(".sampling");
  await page.locator(".loaded", { hasText: "parameters" }).waitFor();
  await page.getByText("Next Held-out Prompt").click();
  await page.locator(".field.wide", { hasText: "of a row of the task" }).waitFor();
  await page.locator("vscode-button", { hasText: /^\s*Sample\s*$/ }).click();
  const round = page.locator(".round[aria-busy=false]").first();
  await round.waitFor();
  await round.getByText("Score", { exact: true }).click();
  await round.locator(".scores").first().waitFor();
  await page.locator(".answer .strip").first().focus();
  for (const key of ["ArrowRight", "ArrowRight"]) await driver.page.keyboard.press(key);
}

async function audit(driver) {
  await openFile(driver, "chain-sum.reward.ts");
  await driver.page.locator(".tab.active", { hasText: "chain-sum.reward.ts" }).waitFor();
  await driver.page.locator(".codelens-decoration a", { hasText: "Audit" }).first().waitFor();
  await lab(driver, "Audit Reward");
  const page = await driver.webview(".finding");
  await page.locator(".headline", { hasText: "proven" }).waitFor();
  await page.locator(".finding").first().click();
}

async function rescore(driver) {
  await lab(driver, "Re-score Run");
  await driver.page.locator(".quick-input-widget input[placeholder^='Which run']").waitFor();
  // The first is the newest.
  await driver.page.locator(".quick-input-list .monaco-list-row").first().click();
  // A recipe with one reward has no choice of rewards.
  const all = driver.page.locator(".quick-input-list .monaco-list-row", { hasText: /^All (rewards|steps)/ }).first();
  const first = await all.innerText();
  await all.click();
  if (first.startsWith("All rewards"))
    await driver.page.locator(".quick-input-list .monaco-list-row", { hasText: "All steps" }).click();
  const page = await driver.webview(".samples-of");
  await page.locator(".changed-sample .head").first().click();
}

export const views = [
  { name: "curves", ready: "[data-chart=reward] canvas", open: oneRun },
  { name: "notes", ready: "#note-text", open: notes },
  { name: "compared-runs", ready: "[data-chart='compare:reward'] canvas", open: comparedRuns },
  { name: "traces", ready: ".sample .completion", open: traces },
  { name: "filter", ready: "filter-line [role=option]", open: filterLine },
  { name: "sample", ready: ".strip .token.chosen", open: sample },
  { name: "what-if", ready: ".what-if tbody b", open: whatIf },
  { name: "sample-history", ready: ".history-table tbody tr", open: (driver) => keyOnSample(driver, "o") },
  { name: "compared-samples", ready: ".compare .diff", open: comparedSamples },
  { name: "rollouts-trl", ready: ".file-header", open: file("completions_00012.parquet") },
  { name: "rollouts-verl", ready: ".sample .completion", open: file("7.jsonl") },
  { name: "rollouts-inspect", ready: ".sample .completion", open: file("sums.eval") },
  { name: "rollouts-columns", ready: "form.columns", open: file("mine.jsonl") },
  { name: "pipeline", ready: ".graph li.stage", open: opened("Show Pipeline") },
  { name: "behaviours", ready: ".changes tr", open: opened("Show Behaviours") },
  { name: "labels", ready: ".pair .prompt", open: opened("Label Preferences") },
  { name: "try-checkpoint", ready: ".alternatives", open: answers },
  { name: "runs", ready: "tbody tr[data-run]", open: opened("Show Table of Runs") },
  { name: "audit", ready: ".detail h3", open: audit },
  { name: "rescore", ready: ".side-by-side pre", open: rescore },
];
