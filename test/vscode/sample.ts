/** One sample of the traces: its tokens by keyboard and mouse, what its rewards said, and what can be done with it. */
import assert from "node:assert/strict";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

export function sample(ui: WorkbenchPage): void {
  describe("Sample", () => {
    it("shows its tokens by keyboard, mouse and chart", async () => {
      await ui.command("Reasoning Lab: Open Traces");
      const page = await ui.webview(".groups li");
      await page.locator(".sample button", { hasText: "Tokens" }).first().click();
      const strip = page.locator(".strip");
      await strip.locator(".token").first().waitFor();
      await strip.focus();
      await ui.page.keyboard.press("ArrowRight");
      await ui.page.keyboard.press("ArrowRight");
      await page.locator(".numbers", { hasText: /token\s*2 of/ }).waitFor();
      await page.locator(".strip-chart").click({ position: { x: 3, y: 20 } });
      await page.locator(".numbers", { hasText: /token\s*1 of/ }).waitFor();
      await strip.locator(".token").nth(3).hover();
      await page.locator(".numbers", { hasText: /token\s*4 of/ }).waitFor();
      await until("the chosen token is one", async () => (await strip.locator(".chosen").count()) === 1);
      assert.match(await page.locator(".numbers").innerText(), /log π_old/);
      await ui.screenshot("sample");
    });
  });
}
