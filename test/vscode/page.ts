/** The page that shows VS Code, driven as a person would: keys, clicks, what can be read. */
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Frame, FrameLocator, Page } from "playwright-core";

export interface WorkbenchPage {
  readonly page: Page;
  /** Runs a command by its title through the palette. */
  command(title: string): Promise<void>;
  /** The page of a webview panel that shows an element. */
  webview(selector: string): Promise<FrameLocator>;
  /** The same as a frame, in which scripts can be run. */
  frame(selector: string): Promise<Frame>;
  screenshot(name: string): Promise<void>;
  disconnect(): Promise<void>;
}

/** Environment that test/vscode/run.mjs sets. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with test/vscode/run.mjs.`);
  return value;
}

/** Milliseconds that anything may take: how long it takes is the machine's matter. */
const patience = 240_000;

/** Of the page that shows VS Code: served over HTTP, or a desktop's own file. */
const workbenchAddress = /^https?:|^vscode-file:.*\/workbench\/workbench[^/]*\.html/;

export async function connectPage(): Promise<WorkbenchPage> {
  const browser = await chromium.connectOverCDP(setting("REASONING_LAB_DEBUGGING"));
  const page = browser
    .contexts()[0]
    ?.pages()
    .find((candidate) => workbenchAddress.test(candidate.url()));
  if (!page) throw new Error("No page shows VS Code.");
  page.setDefaultTimeout(patience);
  const ui: WorkbenchPage = {
    page,
    async command(title) {
      await page.keyboard.press("F1");
      const input = page.locator(".quick-input-widget input.input").first();
      await input.waitFor({ state: "visible" });
      await input.fill(`>${title}`);
      await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
      await page.keyboard.press("Enter");
    },
    async webview(selector) {
      const deadline = Date.now() + patience;
      while (Date.now() < deadline) {
        for (const outer of await page.locator("iframe.webview").all()) {
          const frame = outer.contentFrame().frameLocator("iframe#active-frame");
          if (
            (await frame
              .locator(selector)
              .count()
              .catch(() => 0)) > 0
          )
            return frame;
        }
        await page.waitForTimeout(200);
      }
      await page.screenshot({ path: join(setting("REASONING_LAB_SCREENSHOTS"), "no-webview.png") });
      throw new Error(`No webview shows ${selector}.`);
    },
    async frame(selector) {
      await (await ui.webview(selector)).locator(selector).first().waitFor();
      for (const frame of page.frames())
        if (
          (await frame
            .locator(selector)
            .count()
            .catch(() => 0)) > 0
        )
          return frame;
      throw new Error(`No frame shows ${selector}.`);
    },
    async screenshot(name) {
      await page.screenshot({ path: join(setting("REASONING_LAB_SCREENSHOTS"), `${name}.png`) });
    },
    disconnect: () => browser.close(),
  };
  return ui;
}
