/** One sample of 32,000 tokens: opened, and scrolled through. */
import type { Frame } from "playwright-core";
import * as vscode from "vscode";
import { setting, type WorkbenchPage } from "../../vscode/page";
import type { ViewRow } from ".";
import { traced } from "./profile";

const rounds = 7;
const framesOfRound = 180;

async function frameWith(ui: WorkbenchPage, selector: string): Promise<Frame> {
  await ui.webview(selector);
  for (const frame of ui.page.frames()) {
    const count = await frame
      .locator(selector)
      .count()
      .catch(() => 0);
    if (count > 0) return frame;
  }
  throw new Error(`No frame shows ${selector}.`);
}

/** Milliseconds from the click to the frame behind the first one with tokens in it. */
const opening = (frame: Frame): Promise<number> =>
  frame.evaluate<number>(`new Promise((resolve) => {
    const began = performance.now();
    document.querySelector(".sample .link").click();
    const look = () =>
      requestAnimationFrame(() =>
        document.querySelector(".strip .token") ? requestAnimationFrame(() => resolve(performance.now() - began)) : look(),
      );
    look();
  })`);

/** Milliseconds from the beginning of each frame to the end of what the page does in it, scrolled by fourteen rows a frame. Throws where a part is blank. */
const scrolling = (frame: Frame): Promise<number[]> =>
  frame.evaluate<number[]>(`new Promise((resolve, reject) => {
    const strip = document.querySelector(".strip");
    const times = [];
    const { port1, port2 } = new MessageChannel();
    let began = 0;
    const isBlank = () => {
      const { top, bottom, left } = strip.getBoundingClientRect();
      return [top + 12, (top + bottom) / 2, bottom - 12].some(
        (y) => document.elementFromPoint(left + 12, y)?.closest(".row") === null,
      );
    };
    port1.onmessage = () => {
      times.push(performance.now() - began);
      if (isBlank()) reject(new Error("A part of the strip is blank."));
      if (times.length < ${framesOfRound}) requestAnimationFrame(step);
      else resolve(times.slice(5));
    };
    const step = () => {
      began = performance.now();
      strip.scrollTop += 300;
      // The browser's own comes with the next frame.
      strip.dispatchEvent(new Event("scroll"));
      port2.postMessage(null);
    };
    requestAnimationFrame(step);
  })`);

export async function sample(ui: WorkbenchPage): Promise<readonly ViewRow[]> {
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  await vscode.commands.executeCommand("reasoningLab.openTraces", setting("REASONING_LAB_LONG_SAMPLE"));
  const frame = await frameWith(ui, ".samples .sample");
  const opened: number[] = [];
  const scrolled: number[] = [];
  for (let round = 0; round < rounds; round++) {
    opened.push(await opening(frame));
    scrolled.push(...(await scrolling(frame)));
    await frame.locator("[aria-label^='Back']").click();
    await frame.locator(".samples .sample").first().waitFor();
  }
  await traced(ui, "open-sample", () => opening(frame));
  await traced(ui, "scroll-sample", () => scrolling(frame));
  return [
    { work: "open one sample of 32,000 tokens", values: opened },
    { work: "a frame of scrolling through it", values: scrolled },
  ];
}
