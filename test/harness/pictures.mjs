// `npm run pictures [-- rewards|views|curves|looks [VIEW…]]`: makes the pictures of README and docs, of a finished run of the sample in a real VS Code. Runs the sample first where
// there is none.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lenientReward, prepareViews } from "./view-workspace.mjs";
import { views } from "./views.mjs";
import { installChromium, installPackages, installWorkbench } from "./install.mjs";
import { projectNode, root } from "./node.mjs";
import { run } from "./processes.mjs";
import { linkExtension, serveWorkbench } from "./workbench.mjs";

const images = join(root, "docs", "images");
const viewport = { width: 1440, height: 900 };

async function must(what, args) {
  const code = await run(projectNode(), args, { cwd: root });
  if (code !== 0) throw new Error(`${what} ended with code ${code}.`);
}

async function hasFinishedRun(workspace) {
  const runs = join(workspace, ".reasoning-lab", "runs");
  for (const name of existsSync(runs) ? await readdir(runs) : []) {
    const { status } = JSON.parse(await readFile(join(runs, name, "run.json"), "utf8"));
    if (status === "completed") return true;
  }
  return false;
}

/** The workspace of `npm start`, with a run that has ended. */
async function prepareWorkspace() {
  const workspace = join(root, ".vscode-test", "sample");
  const cli = join(root, "dist", "cli.js");
  if (!existsSync(workspace)) await must("New Project", [cli, "new", workspace]);
  if (!(await hasFinishedRun(workspace)))
    await must("The run", [cli, "run", join(workspace, "chain-sum.lab.json"), "--workspace", workspace]);
  return workspace;
}

/** Waits for an element in the page of a webview, and returns that page. */
async function webview(page, selector) {
  const frames = page.locator("iframe.webview");
  for (let tries = 0; tries < 300; tries++) {
    for (let index = 0; index < (await frames.count()); index++) {
      const inner = frames.nth(index).contentFrame().locator("iframe#active-frame").contentFrame();
      if (
        (await inner
          .locator(selector)
          .count()
          .catch(() => 0)) > 0
      )
        return inner;
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`No webview shows ${selector}.`);
}

async function retried(times, action) {
  try {
    return await action();
  } catch (error) {
    if (times <= 1) throw error;
    return retried(times - 1, action);
  }
}

async function command(page, title) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input.input").first();
  await input.waitFor({ state: "visible" });
  await input.fill(`>${title}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
}

/** A step early enough for groups to disagree, which is what traces are opened for. */
const step = "10";

const shooter = (page) => async (name) => {
  await page.mouse.move(viewport.width - 5, viewport.height / 2);
  // Animations and fonts come to rest.
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(images, `${name}.png`) });
  console.log(join("docs", "images", `${name}.png`));
};

/** From a reward that pays for an empty answer, by its audit, to a sound one: the pictures of docs/rewards.md. */
async function takeRewardPictures(page, workspace) {
  const shoot = shooter(page);
  const reward = join(workspace, "rewards", "chain-sum.reward.ts");
  const cases = join(workspace, "rewards", "chain-sum.reward.cases.jsonl");
  const [sound, soundCases] = [await readFile(reward, "utf8"), await readFile(cases, "utf8")];
  const lens = (text) => page.locator(".codelens-decoration a", { hasText: text }).first();
  const open = async () => {
    await page.keyboard.press("Control+P");
    await page.locator(".quick-input-widget input.input").first().fill("chain-sum.reward.ts");
    // The list comes in pieces: a row that is pressed too early is another one by then.
    await page.waitForTimeout(1500);
    await page.locator(".quick-input-list .monaco-list-row[aria-label^='chain-sum.reward.ts']").first().click();
    await lens("Audit").waitFor();
  };
  const fresh = async () => {
    await command(page, "View: Close All Editors");
    await open();
  };
  await page.locator(".activitybar .action-label[aria-label='Reasoning Lab']").waitFor();
  await page.waitForTimeout(3000);
  try {
    await writeFile(reward, lenientReward);
    await fresh();
    await page.locator(".squiggly-warning").first().waitFor();
    await shoot("reward-rules");
    await lens("Audit").click();
    const audit = await webview(page, ".finding");
    await audit.locator(".headline", { hasText: "proven" }).waitFor();
    await audit.locator('[data-finding="correct/empty-answer"]').click();
    await audit.locator(".detail h3", { hasText: "An empty answer" }).waitFor();
    await shoot("reward-audit");
    await audit.locator(".add-case").click();
    await page.locator(".tab", { hasText: "cases.jsonl" }).first().waitFor();
    await command(page, "File: Save");
    await fresh();
    await command(page, "Test: Run All Tests");
    const failed = page.locator(".part.panel [role=treeitem]", { hasText: "expected 0, got 1" }).first();
    await failed.click();
    await page.locator(".part.panel .monaco-diff-editor").first().waitFor();
    await shoot("reward-case");
    await command(page, "View: Hide Panel");
    await command(page, "Reasoning Lab: Re-score Run");
    const choices = page.locator(".quick-input-list .monaco-list-row");
    for (const choice of ["All rewards", "All steps"]) await choices.filter({ hasText: choice }).first().click();
    const rescored = await webview(page, ".samples-of");
    await rescored.locator(".numbers", { hasText: "weighted sum" }).waitFor();
    await rescored.locator(".changed-sample .head").first().click();
    await rescored.locator(".side-by-side pre").waitFor();
    await shoot("reward-rescored");
    await writeFile(reward, sound);
    await fresh();
    await command(page, "Test: Run All Tests");
    await lens(/(\d+)\/\1/).waitFor();
    // Lenses move as the tests' results come: one that is pressed then may be another by the time.
    const again = await retried(3, async () => {
      await lens("Audit").click();
      return webview(page, ".headline[data-passed=yes]");
    });
    await again.locator(".headline", { hasText: "Nothing proven" }).waitFor();
    await shoot("reward-sound");
  } finally {
    await writeFile(reward, sound);
    await writeFile(cases, soundCases);
  }
}

/** Panels as somebody has arranged them, with a note and a menu: the picture of docs/curves.md. */
async function takeCurvesPictures(page) {
  await page.locator(".activitybar .action-label[aria-label='Reasoning Lab']").click();
  await command(page, "Reasoning Lab: Open Live Curves");
  const curves = await webview(page, "[data-chart=reward] canvas");
  await curves.locator("vscode-single-select[label=Stage]").evaluate((control) => {
    control.value = "reasoning-rl";
    control.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await curves.locator(".readout", { hasText: /^Newest: step 100 · reasoning-rl/ }).waitFor();
  await curves.locator("[data-chart=reward] .plot").focus();
  await page.keyboard.press("Home");
  for (let pages = 0; pages < 3; pages++) await page.keyboard.press("PageDown");
  await page.keyboard.press("n");
  await curves.locator("#note-text").fill("From here on most groups agree: harder prompts next time.");
  await page.keyboard.press("Control+Enter");
  await curves.locator(".notes li").waitFor();
  await curves.locator("[data-chart=signal] .pin").click();
  await curves.locator("[data-chart=signal].pinned").waitFor();
  await curves.locator("[data-chart=signal] .more-of").click();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(images, "curves-panels.png") });
  console.log(join("docs", "images", "curves-panels.png"));
  await page.keyboard.press("Escape");
  // As it was, for the pictures that come after.
  await curves.getByText("Reset layout").click();
  await curves.locator(".notes [aria-label^='Delete']").click();
  await curves.getByText("Delete for good").click();
}

async function takePictures(page) {
  const shoot = shooter(page);
  await page.locator(".activitybar .action-label[aria-label='Reasoning Lab']").click();
  const tree = page.locator(".part.sidebar [role=treeitem]");
  for (const row of ["Chain sum", "cold-start", "reasoning-rl"]) {
    await tree.filter({ hasText: row }).first().locator(".monaco-tl-twistie").click();
  }
  await command(page, "Reasoning Lab: Open Live Curves");
  const curves = await webview(page, "[data-chart=reward] canvas");
  // Where the reward rises: the newest stage begins with a policy that is mostly right.
  await curves.locator("vscode-single-select[label=Stage]").evaluate((control) => {
    control.value = "reasoning-rl";
    control.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await curves
    .locator("p, span, div", { hasText: /^Newest: step 100 · reasoning-rl/ })
    .first()
    .waitFor();
  await shoot("curves");
  await command(page, "Reasoning Lab: Open Traces");
  const traces = await webview(page, "nav.groups li.row");
  await traces.locator("input.step").fill(step);
  await traces.locator("input.step").press("Enter");
  await traces.locator(".group-header, nav.groups li.row").first().waitFor();
  await traces.locator("nav.groups li.row").filter({ hasNotText: "no signal" }).first().click();
  await traces.locator(`.group-header:has-text("step ${step} ")`).waitFor();
  await shoot("traces");
  await traces.getByRole("button", { name: "Best against worst" }).click();
  await traces.locator(".compare .diff").first().waitFor();
  await shoot("compare");
  await traces.locator(".compare [aria-label^='Back']").click();
  await traces.locator(".sample .link", { hasText: "Tokens" }).first().click();
  await traces.locator(".strip .token").nth(12).click();
  await traces.locator("vscode-single-select[label='Tint by']").evaluate((control) => {
    control.value = "entropy";
    control.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await traces.locator(".measure-bar .scale", { hasText: "undecided" }).waitFor();
  await traces.locator("[aria-label=Tokens]").first().scrollIntoViewIfNeeded();
  await shoot("sample");
  await traces.getByRole("button", { name: "What if" }).first().click();
  await traces.locator(".what-if .reproduces").waitFor();
  const score = traces.getByLabel("Score of sample 0 by correct");
  await score.fill("2");
  await score.press("Enter");
  await traces.locator(".what-if tbody b").first().waitFor();
  await traces.locator(".what-if").scrollIntoViewIfNeeded();
  await shoot("what-if");
  await command(page, "Reasoning Lab: Show Pipeline");
  const pipeline = await webview(page, ".graph li.stage");
  await pipeline.locator("li.stage button.name", { hasText: "safe" }).click();
  await pipeline.locator("section.detail").waitFor();
  await shoot("pipeline");
  await command(page, "Reasoning Lab: Label Preferences");
  await webview(page, ".pair .prompt");
  await shoot("labels");
  await command(page, "Reasoning Lab: Show Behaviours");
  await webview(page, ".changes tr");
  await shoot("behaviours");
}

/** How a view looks to different people. Kept in docs are those of `kept`; all are in test/screenshots. Zoomed to 200 %, a page has half the size. */
const looks = {
  light: { theme: "Default Light Modern", size: viewport, kept: true },
  dark: { theme: "Default Dark Modern", size: viewport, kept: true },
  "high-contrast": { theme: "Default High Contrast", size: viewport, kept: true },
  "high-contrast-light": { theme: "Default High Contrast Light", size: viewport, kept: false },
  // A panel of 380 pixels beside the activity bar.
  narrow: { theme: "Default Light Modern", size: { width: 440, height: 900 }, kept: true },
  zoomed: {
    theme: "Default Dark Modern",
    size: { width: viewport.width / 2, height: viewport.height / 2 },
    kept: false,
  },
};

/** `docs/images/looks/VIEW-LOOK.webp` of every view, or of those that are named: of short runs, in a workspace of their own. */
async function takeLooks(page, workbench, named) {
  const workspace = join(root, ".vscode-test", "looks");
  await rm(workspace, { recursive: true, force: true });
  await prepareViews({ workspace });
  await page.goto(workbench.url(workspace));
  const folder = join(images, "looks");
  const seen = join(root, "test", "screenshots", "looks");
  for (const each of [folder, seen]) await mkdir(each, { recursive: true });
  const settings = join(workspace, ".vscode", "settings.json");
  const associated = JSON.parse(await readFile(settings, "utf8"));
  const session = await page.context().newCDPSession(page);
  const driver = { page, command: (title) => command(page, title), webview: (selector) => webview(page, selector) };
  const wanted = views.filter(({ name }) => named.length === 0 || named.includes(name));
  await page.locator(".activitybar .action-label[aria-label='Reasoning Lab']").waitFor();
  await page.waitForTimeout(3000);
  await command(page, "View: Close Primary Side Bar");
  for (const { name, ready, open } of wanted) {
    await page.setViewportSize(viewport);
    await command(page, "View: Close All Editors");
    await open(driver);
    await (await webview(page, ready)).locator(ready).first().waitFor();
    for (const [look, { theme, size, kept }] of Object.entries(looks)) {
      await writeFile(settings, JSON.stringify({ ...associated, "workbench.colorTheme": theme }));
      await page.setViewportSize(size);
      await page.mouse.move(size.width - 5, size.height / 2);
      // Themes, animations and fonts come to rest.
      await page.waitForTimeout(1500);
      await (await webview(page, ready)).locator(ready).first().scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(seen, `${name}-${look}.png`) });
      if (!kept) continue;
      const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 60 });
      await writeFile(join(folder, `${name}-${look}.webp`), Buffer.from(data, "base64"));
    }
    console.log(`${join("docs", "images", "looks")}: ${name}`);
  }
}

async function main() {
  await installPackages();
  await installWorkbench();
  const executablePath = await installChromium();
  await must("The build", [join(root, "esbuild.mjs")]);
  const only = process.argv.slice(2);
  const workspace = only[0] === "looks" ? null : await prepareWorkspace();
  await mkdir(images, { recursive: true });
  const profile = await mkdtemp(join(tmpdir(), "reasoning-lab-pictures-"));
  // A package of the project, so only here after it is installed.
  const { chromium } = await import("playwright-core");
  let workbench, browser;
  try {
    await linkExtension(profile);
    workbench = await serveWorkbench({ profile, args: ["--disable-workspace-trust"] });
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
    const page = await browser.newPage({ viewport });
    page.setDefaultTimeout(60_000);
    if (only[0] !== "looks") await page.goto(workbench.url(workspace));
    if (only.length === 0 || only.includes("rewards")) await takeRewardPictures(page, workspace);
    if (only.length === 0 || only.includes("views")) await takePictures(page);
    if (only.length === 0 || only.includes("curves")) await takeCurvesPictures(page);
    if (only.length === 0 || only.includes("looks"))
      await takeLooks(
        page,
        workbench,
        only.filter((name) => name !== "looks"),
      );
  } catch (error) {
    const seen = join(root, "test", "screenshots", "pictures-failed.png");
    await browser?.contexts()[0]?.pages()[0]?.screenshot({ path: seen });
    throw new Error(`${error.message}\nWhat was on the screen: ${seen}`, { cause: error });
  } finally {
    await browser?.close();
    workbench?.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
