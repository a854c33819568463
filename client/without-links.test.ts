import { expect, test } from "vitest";
import { withoutLinks } from "./without-links";

/** What VS Code makes a link of (`src/vs/base/common/linkedText.ts`). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

test("what a run says of itself is no link in a notification", () => {
  const text = 'Stopped. [Resume](command:workbench.action.terminal.sendSequence?%7B%7D "Resume") [b](https://x)';
  expect(link.test(text)).toBe(true);
  expect(link.test(withoutLinks(text))).toBe(false);
  expect(withoutLinks(text).replaceAll("\u200b", "")).toBe(text);
});
