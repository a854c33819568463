import { expect, test } from "vitest";
import { watchMemoryEnds } from "./out-of-memory";

const killed = { signal: "SIGKILL", lastWords: "" };

test("a process that vanished while the system ended some for want of memory, is one of them", () => {
  let ended: number | null = 3;
  const why = watchMemoryEnds(() => ended);
  expect(why(killed)).toBe("perhaps");
  ended = 4;
  expect(why(killed)).toBe("yes");
  expect(why({ signal: "SIGTERM", lastWords: "" })).toBe("no");
  expect(why({ signal: null, lastWords: "Error: no" })).toBe("no");
});

test("where the system does not count, it is a guess", () => {
  expect(watchMemoryEnds(() => null)(killed)).toBe("perhaps");
});

test("a heap that is full says so itself", () => {
  const lastWords = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
  expect(watchMemoryEnds(() => 0)({ signal: "SIGABRT", lastWords })).toBe("yes");
});
