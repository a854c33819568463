/** The numbers of the curves page: zoomed, over other axes, on another scale, and several runs over each other. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

export function curveData(ui: WorkbenchPage): void {
  describe("Numbers of the curves", () => {
    it("are zoomed and panned by wheel and keyboard, drawn over tokens and hours, and on a logarithmic scale", async () => {
      await vscode.commands.executeCommand("reasoningLab.openCurves");
      const page = await ui.webview("[data-chart=reward] canvas");
      const plot = page.locator("[data-chart=reward] .plot");
      await plot.focus();
      await ui.page.keyboard.press("Home");
      await page.locator(".readout", { hasText: /^Step \d+ · / }).waitFor();
      await ui.page.keyboard.press("+");
      await ui.page.keyboard.press("Shift+ArrowRight");
      const box = (await plot.boundingBox())!;
      await ui.page.mouse.move(box.x + box.width / 2, box.y + 80);
      await ui.page.keyboard.down("Control");
      await ui.page.mouse.wheel(0, -200);
      await ui.page.keyboard.up("Control");
      await ui.screenshot("curves-zoomed");
      await ui.page.keyboard.press("0");

      await page.locator("label.field", { hasText: "Over" }).locator("vscode-single-select").click();
      await page.locator("label.field", { hasText: "Over" }).getByText("Tokens").last().click();
      await page.getByText("Log scale").click();
      await page.locator("[data-chart=entropy] canvas").waitFor();
      await ui.screenshot("curves-tokens-log");
      await page.getByText("Log scale").click();
    });

    it("have the room of a small page, as at 200 % zoom: its toolbar is scrolled with it", async () => {
      const page = await ui.webview("[data-chart=reward] canvas");
      const toolbar = page.locator(".toolbar");
      const place = (): Promise<string> =>
        toolbar.evaluate(
          (element) =>
            (globalThis as unknown as { getComputedStyle: (of: unknown) => { position: string } }).getComputedStyle(
              element,
            ).position,
        );
      assert.equal(await place(), "sticky");
      const before = ui.page.viewportSize() ?? { width: 1440, height: 900 };
      await ui.page.setViewportSize({ width: 720, height: 450 });
      await until("the toolbar is scrolled", async () => (await place()) === "static");
      await ui.screenshot("curves-twice-the-size");
      await ui.page.setViewportSize(before);
    });

    it("of several runs stand over each other, with what their recipes differ in, and outlive a page that is made anew", async () => {
      const curves = await ui.webview("[data-chart=reward] canvas");
      await curves.getByText("Compare Runs").click();
      let page = await ui.webview(".compared-runs");
      await page.locator(".add-runs input").fill("no-signal");
      await page.locator(".add-runs li button").first().click();
      await page.locator(".compared-runs tbody tr", { hasText: "B" }).nth(1).waitFor();
      const chart = page.locator("[data-chart='compare:reward']");
      await chart.locator("canvas").waitFor();
      await chart.locator(".legend button", { hasText: /^B/ }).waitFor();
      await chart.locator(".plot").focus();
      await ui.page.keyboard.press("/");
      await ui.page.keyboard.type("time/upd");
      await page.locator(".found li.active", { hasText: "time/update" }).waitFor();
      await ui.page.keyboard.press("Enter");
      await page.locator("[data-chart='compare:time/update'] .plot:focus").waitFor();
      await page.locator(".compared tr", { hasText: "source of" }).first().waitFor();
      await page.locator(".compared-runs label", { hasText: "Baseline" }).first().click();
      await page.locator("summary", { hasText: "difference from A" }).click();
      await page.locator(".compared tr", { hasText: "frac_reward_zero_std" }).locator(".change").first().waitFor();
      // Letters are told by the runs' titles.
      const title = ((await page.locator(".compared-runs tbody th").first().textContent()) ?? "").trim();
      assert.equal(await page.locator(".compared thead th").nth(1).getAttribute("title"), title);
      await chart.locator(".plot").focus();
      await ui.page.keyboard.press("End");
      await ui.screenshot("curves-compared");
      await page.locator(".readout", { hasText: /^[\d,]+ tokens( ·|$)/ }).waitFor();
      await page.locator(".compared-runs input[aria-label='Show B']").click();
      await chart.locator(".legend button", { hasText: /^B/ }).waitFor({ state: "detached" });
      await page.locator(".compared-runs input[aria-label='Show B']").click();

      await vscode.commands.executeCommand("workbench.action.files.newUntitledFile");
      await vscode.commands.executeCommand("reasoningLab.openCurves");
      page = await ui.webview(".compared-runs");
      await page.locator("[data-chart='compare:reward'] canvas").waitFor();
      await page.getByText("One Run").click();
      const single = await ui.webview("[data-chart=reward] canvas");
      // The page keeps its axis, also for the tests behind these.
      await single.locator("label.field", { hasText: "Over" }).locator("vscode-single-select").click();
      await single.locator("label.field", { hasText: "Over" }).getByText("Step", { exact: true }).last().click();
    });
  });
}
