/** The numbers of the curves page: zoomed, over other axes, on another scale, and several runs over each other. */
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";

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
  });
}
