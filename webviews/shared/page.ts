/** What both pages need of the browser: the host's port, messages, theme changes. */
import { connect } from "./client";
import type { Client, Hints, HostPort } from "./client";

declare function acquireVsCodeApi(): HostPort;

/** The host's port; VS Code hands it out once per page. */
export const port: HostPort = acquireVsCodeApi();

export function connectPage(hints: Hints): Client {
  const listen = (receive: (message: unknown) => void): void => {
    window.addEventListener("message", (event: MessageEvent<unknown>) => receive(event.data));
  };
  return connect(port, listen, hints);
}

/** Calls back after the editor's theme changed: VS Code then rewrites the body's class and the root's style. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(() => changed());
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
}

/** Keeps how far the page is scrolled, once it has been put back there: until then a page that is still empty would forget it. */
export function keepScroll(restored: () => boolean, keep: (scroll: number) => void): void {
  window.addEventListener("scroll", () => restored() && keep(window.scrollY), { passive: true });
}

/** At most one `draw` per frame, however often it is asked for. */
export function oncePerFrame(draw: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/**
 * Runs `work` one at a time: a call while it runs makes it run once more afterwards. Each caller's promise ends with a run that began after the call.
 */
export function serially(work: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    current = work().finally(() => (current = null));
    return current;
  };
  return () => {
    if (current === null) return start();
    next ??= current
      .catch(() => undefined)
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
}
