import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { isInternal, messageOf, toldOf, UserError } from "./user-error";

class NotFound extends UserError {}

test("what people are told is no fault of the program; everything else is, and says where its stack is", () => {
  for (const error of [new UserError("There is no run x."), new NotFound("There is no run x.")]) {
    expect(isInternal(error)).toBe(false);
    expect(toldOf(error, "The log has it.")).toBe("There is no run x.");
  }
  for (const error of [new Error("x is undefined"), new TypeError("x is undefined"), "x is undefined"]) {
    expect(isInternal(error)).toBe(true);
    expect(toldOf(error, "The log has it.")).toBe("Internal error: x is undefined. The log has it.");
  }
});

test("what the system refuses is no fault of the program: a missing file, a database that cannot be opened", () => {
  const refused = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return error;
    }
  };
  for (const [error, message] of [
    [refused(() => statSync("/none/x")), /^ENOENT: no such file or directory, stat '.*x'$/],
    [refused(() => new DatabaseSync("/none/x")), /^unable to open database file$/],
  ] as const) {
    expect(isInternal(error)).toBe(false);
    expect(toldOf(error, "The log has it.")).toMatch(message);
  }
});

test("advice stands behind the message, and the place in fields", () => {
  const cause = new Error("ENOENT");
  const error = new UserError("a.reward.ts is missing.", {
    file: "/w/a.reward.ts",
    line: 3,
    advice: "Put it back.",
    cause,
  });
  expect(messageOf(error)).toBe("a.reward.ts is missing. Put it back.");
  expect(error).toMatchObject({ message: "a.reward.ts is missing.", file: "/w/a.reward.ts", line: 3, cause });
  expect(new UserError("x")).toMatchObject({ file: null, line: null, advice: null });
});
