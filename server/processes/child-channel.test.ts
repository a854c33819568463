/** Children that do nothing but speak, or never listen. */
import { expect, onTestFinished, test } from "vitest";
import { largeMessages } from "../shared/message-lines";
import { startWithChannel, type ChannelHandlers } from "./child-channel";

function started(code: string, handlers: Partial<ChannelHandlers>) {
  const channel = startWithChannel(
    {
      execPath: process.execPath,
      args: ["-e", `const { writeSync } = require("node:fs"); ${code}`],
      env: { ELECTRON_RUN_AS_NODE: "1" },
      cwd: __dirname,
    },
    largeMessages,
    {
      message: () => undefined,
      odd: () => undefined,
      killed: () => undefined,
      printed: () => undefined,
      ...handlers,
    },
  );
  onTestFinished(() => void channel.child.kill("SIGKILL"));
  return channel;
}

/** What a message may cost who hears it. */
const work = (): void => {
  for (let turn = 0; turn < 20; turn++) JSON.parse(JSON.stringify({ list: [1, 2, 3, "four", { five: 6 }] }));
};

test.each([
  ["messages", 'for (const text = "{}\\n".repeat(20000); ; ) writeSync(4, text);'],
  ["what is no message", 'for (const text = "x\\n".repeat(20000); ; ) writeSync(4, text);'],
  ["lines of output", 'for (const text = "x\\n".repeat(20000); ; ) writeSync(1, text);'],
  ["lines of errors", 'for (const text = "x\\n".repeat(20000); ; ) writeSync(2, text);'],
])("a child that floods with %s leaves others their turns", async (_, code) => {
  let heard = 0;
  const count = (lines = 1): void => {
    for (let line = 0; line < lines; line++) work();
    heard += lines;
  };
  started(code, {
    message: () => count(),
    odd: () => count(),
    printed: (chunk) => count(chunk.toString().split("\n").length - 1),
  });
  let most = 0;
  for (let before = 0; heard < 20_000; before = heard) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, heard - before);
  }
  // A piece of them, or what 10 ms are enough for; not all that its pipe holds.
  expect(most).toBeLessThan(8000);
});

test("a child that hears nothing is told so much and no more, and is ended with the reason", async () => {
  let why = "";
  let told = 0;
  let taken = 0;
  const channel = started("setInterval(() => {}, 1000);", { killed: (reason) => (why = reason) });
  const closed = new Promise((resolve) => channel.child.once("close", resolve));
  const text = "x".repeat(1_000_000);
  while (why === "" && told < 400) {
    told++;
    channel.send({ text }, () => taken++);
  }
  expect(why).toBe("left more than 256 MB unread of what it was told");
  expect(told).toBeGreaterThan(255);
  expect(told).toBeLessThan(262);
  await closed;
  expect(channel.connected).toBe(false);
  await expect.poll(() => taken).toBe(told);
});

test("what no child would take is not told", () => {
  const channel = started("setInterval(() => {}, 1000);", {});
  expect(() => channel.send({ text: "x".repeat(64_000_000) })).toThrow("it is longer than 64 MB");
});
