// `npm run pictures`: makes the pictures of README and docs, of a finished run of the sample in a real VS Code. Runs the sample first where there is none.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

async function command(page, title) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input.input").first();
  await input.waitFor({ state: "visible" });
  await input.fill(`>${title}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
}

/** A step early enough for groups to disagree, which is what traces are opened for. */
const step = "10";

async function takePictures(page) {
  await page.locator(".activitybar .action-label[aria-label='Reasoning Lab']").click();
  const tree = page.locator(".part.sidebar [role=treeitem]");
  for (const row of ["Chain sum", "cold-start", "reasoning-rl"]) {
    await tree.filter({ hasText: row }).first().locator(".monaco-tl-twistie").click();
  }
  const shoot = async (name) => {
    await page.mouse.move(viewport.width - 5, viewport.height / 2);
    // Animations and fonts come to rest.
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(images, `${name}.png`) });
    console.log(join("docs", "images", `${name}.png`));
  };
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
  const traces = await webview(page, "nav.groups li");
  await traces.locator("input.step").fill(step);
  await traces.locator("input.step").press("Enter");
  await traces.locator(".group-header, nav.groups li").first().waitFor();
  await traces.locator("nav.groups li").filter({ hasNotText: "no signal" }).first().click();
  await traces.locator(`.group-header:has-text("step ${step} ")`).waitFor();
  await shoot("traces");
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

async function main() {
  await installPackages();
  await installWorkbench();
  const executablePath = await installChromium();
  await must("The build", [join(root, "esbuild.mjs")]);
  const workspace = await prepareWorkspace();
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
    await page.goto(workbench.url(workspace));
    await takePictures(page);
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
