/** The curves page over a run of 100,000 steps with 60 metrics. */
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Frame } from "playwright-core";
import * as vscode from "vscode";
import { setting, type WorkbenchPage } from "../../vscode/page";
import type { ViewRow } from ".";
import { traced } from "./profile";

const rounds = 7;

/** What the page says it has drawn last: when (milliseconds since 1970, by this process' clock), and which step is the newest. */
interface Drawn {
  readonly at: number;
  readonly step: number;
  readonly opened: number;
}

/** Says what the page that shows curves has drawn; null: there is no such page yet. */
async function drawn(ui: WorkbenchPage): Promise<{ readonly frame: Frame; readonly drawn: Drawn } | null> {
  for (const frame of ui.page.frames()) {
    const asked = Date.now();
    const found = await frame
      .evaluate(() => {
        interface Mark {
          readonly startTime: number;
          readonly detail: { readonly step: number };
        }
        const mark = performance.getEntriesByName("curves").at(-1) as unknown as Mark | undefined;
        const { timeOrigin } = performance;
        return mark === undefined
          ? null
          : {
              at: timeOrigin + mark.startTime,
              step: mark.detail.step,
              opened: timeOrigin,
              now: timeOrigin + performance.now(),
            };
      })
      .catch(() => null);
    if (found === null) continue;
    // The page counts from when it was made: a clock that was set since is another one.
    const apart = (asked + Date.now()) / 2 - found.now;
    return { frame, drawn: { at: found.at + apart, step: found.step, opened: found.opened + apart } };
  }
  return null;
}

async function waitFor(ui: WorkbenchPage, fits: (drawn: Drawn) => boolean): Promise<{ frame: Frame; drawn: Drawn }> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const found = await drawn(ui);
    if (found !== null && fits(found.drawn)) return found;
    await pause(10);
  }
  throw new Error("The curves page did not draw within a minute.");
}

/** Megabytes of the language server's memory; null where the system does not tell. */
function serverMemory(): number | null {
  if (!existsSync("/proc")) return null;
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      const command = readFileSync(join("/proc", name, "cmdline"), "utf8");
      if (!command.includes(join("dist", "server.js"))) continue;
      // Of this workbench: another one may run beside it.
      if (!readFileSync(join("/proc", name, "environ"), "utf8").includes(setting("REASONING_LAB_REPORT"))) continue;
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(join("/proc", name, "status"), "utf8"))?.[1];
      if (kilobytes !== undefined) return Number(kilobytes) / 1000;
    } catch {
      // It ended meanwhile, or is somebody else's.
    }
  }
  return null;
}

/** Megabytes that scripts hold once what nobody needs is collected: of the workbench, and of the page where that is a process of its own. */
async function pageMemory(ui: WorkbenchPage, frame: Frame | null): Promise<number> {
  const session = await ui.page.context().newCDPSession(ui.page);
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  const heap = (of: Pick<Frame, "evaluate">): Promise<number> =>
    of.evaluate(() => {
      const { memory } = performance as unknown as { readonly memory: { readonly usedJSHeapSize: number } };
      return memory.usedJSHeapSize / 1e6;
    });
  const workbench = await heap(ui.page);
  const own = frame === null ? workbench : await heap(frame);
  return Math.abs(own - workbench) < 2 ? workbench : workbench + own;
}

/** Milliseconds from the beginning of each frame to the end of what the page does in it, while it is zoomed and panned by wheel. */
const frames = (frame: Frame, count: number): Promise<number[]> =>
  frame.evaluate(async (most) => {
    interface Over {
      getBoundingClientRect(): { readonly left: number; readonly top: number; readonly width: number };
      dispatchEvent(event: unknown): boolean;
    }
    const page = globalThis as unknown as {
      document: { querySelector(selector: string): Over | null };
      WheelEvent: new (type: string, options: object) => unknown;
      requestAnimationFrame(callback: (time: number) => void): number;
    };
    const over = page.document.querySelector(".chart .u-over");
    if (over === null) throw new Error("The page shows no chart.");
    const { left, top, width } = over.getBoundingClientRect();
    const milliseconds: number[] = [];
    for (let at = 0; at < most; at++) {
      const zooms = at < most / 2;
      over.dispatchEvent(
        new page.WheelEvent("wheel", {
          bubbles: true,
          cancelable: true,
          ctrlKey: zooms,
          deltaX: zooms ? 0 : at % 40 < 20 ? 12 : -12,
          deltaY: zooms ? (at % 60 < 40 ? -25 : 20) : 0,
          clientX: left + width / 3,
          clientY: top + 40,
        }),
      );
      // Behind the page's own callback, which the event has asked for, and behind what that has put off to its end.
      await new Promise<void>((resolve) =>
        page.requestAnimationFrame((began) =>
          queueMicrotask(() => {
            milliseconds.push(performance.now() - began);
            resolve();
          }),
        ),
      );
    }
    return milliseconds;
  }, count);

export async function curves(ui: WorkbenchPage): Promise<readonly ViewRow[]> {
  const run = setting("REASONING_LAB_LONG_RUN");
  const open = async (): Promise<{ began: number; frame: Frame; drawn: Drawn }> => {
    const began = Date.now();
    await vscode.commands.executeCommand("reasoningLab.openCurves", run);
    return { began, ...(await waitFor(ui, ({ at }) => at >= began)) };
  };
  const close = async (): Promise<void> => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await pause(500);
  };
  // The window looks at the health of its runs before anybody opens one.
  await pause(8000);
  const idle = serverMemory();
  const opened: number[] = [];
  const loaded: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round > 0) await close();
    const before = await pageMemory(ui, null);
    const { began, frame, drawn: first } = await open();
    opened.push(first.at - began);
    loaded.push(first.at - first.opened);
    await pause(1500);
    const after = serverMemory();
    if (idle !== null && after !== null)
      memory.push(Math.max(0, after - idle) + (await pageMemory(ui, frame)) - before);
  }
  await close();
  const { frame } = await traced(ui, "open-curves", open);
  await pause(1500);
  const moved = await frames(frame, 240);
  await traced(ui, "pan-and-zoom-curves", () => frames(frame, 60));
  await pause(1000);

  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd();
  const last = JSON.parse(lines.slice(lines.lastIndexOf("\n") + 1)) as { readonly step: number };
  const shown: number[] = [];
  for (let step = last.step + 1; step <= last.step + 15; step++) {
    const row = { ...last, step, time: Date.now() };
    const began = Date.now();
    appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify(row)}\n`);
    const next = await waitFor(ui, (one) => one.step >= step);
    shown.push(next.drawn.at - began);
    // Of steps that come faster some are shown together.
    await pause(3100 + 37 * (step % 7));
  }
  return [
    { work: "open curves of 100,000 steps × 60 metrics", values: opened },
    { work: "of it, from when VS Code has made the page", values: loaded },
    ...(memory.length > 0 ? [{ work: "its memory, page and server", values: memory }] : []),
    { work: "a new step shows in the curves", values: shown },
    { work: "a frame of pan and zoom over the curves", values: moved },
    ...(await costToTraining(ui, close)),
  ];
}

/** Seconds of training that are measured at a time, without the view and with it. */
const slice = 15;

/** Seconds of a step with the curves of the run open, beside those without, as a share more. */
async function costToTraining(ui: WorkbenchPage, close: () => Promise<void>): Promise<readonly ViewRow[]> {
  const file = setting("REASONING_LAB_LIVE_RUN");
  writeFileSync(`${file}.wanted`, "");
  while (!existsSync(`${file}.folder`)) await pause(200);
  const run = readFileSync(`${file}.folder`, "utf8");
  const rows = (): { readonly step_time?: number }[] =>
    readFileSync(join(run, "metrics.jsonl"), "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { readonly step_time?: number });
  const secondsOf = async (): Promise<number> => {
    const from = rows().length;
    await pause(slice * 1000);
    const steps = rows()
      .slice(from)
      .flatMap(({ step_time }) => step_time ?? [])
      .sort((a, b) => a - b);
    if (steps.length < 3) throw new Error(`The run made ${steps.length} steps in ${slice} s.`);
    return steps[steps.length >> 1]!;
  };
  const shares: number[] = [];
  for (let round = 0; round < 3; round++) {
    await close();
    const without = await secondsOf();
    await vscode.commands.executeCommand("reasoningLab.openCurves", run);
    await waitFor(ui, () => true);
    shares.push((await secondsOf()) / without - 1);
  }
  return [{ work: "cost to training with the curves open", values: shares.map((share) => Math.max(0, share)) }];
}
