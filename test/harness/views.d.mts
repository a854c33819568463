import type { FrameLocator, Page } from "playwright-core";

/** What drives a VS Code: a page, commands by their titles, and the page of a webview that shows an element. */
export interface Driver {
  readonly page: Page;
  command(title: string): Promise<void>;
  webview(selector: string): Promise<FrameLocator>;
}

export interface View {
  readonly name: string;
  /** What it shows once it has its data. */
  readonly ready: string;
  /** Brings it up in a window without editors. */
  readonly open: (driver: Driver) => Promise<void>;
}

export const views: readonly View[];
