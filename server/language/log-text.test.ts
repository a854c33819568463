import { expect, test } from "vitest";
import { logText } from "./log-text";

test("nothing that a run says looks like an entry of the log, or hides in one", () => {
  expect(logText("a\u001b[31m \u202eb\n2026-11-29 12:00:00.000 [error] c\r\nd")).toBe(
    "a⟨U+001B⟩[31m ⟨U+202E⟩b\n    2026-11-29 12:00:00.000 [error] c\n    d",
  );
});
