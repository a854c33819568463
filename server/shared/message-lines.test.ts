import { expect, test } from "vitest";
import { largeMessages, messageLine, messageLines, type MessageBounds } from "./message-lines";

function heard(...chunks: readonly Buffer[]) {
  return heardWithin(largeMessages, ...chunks);
}

function heardWithin(bounds: MessageBounds, ...chunks: readonly Buffer[]) {
  const messages: unknown[] = [];
  const odd: string[] = [];
  let endless = 0;
  const take = messageLines(
    {
      message: (data) => messages.push(data),
      odd: (why) => odd.push(why),
      endless: () => endless++,
    },
    bounds,
  );
  for (const chunk of chunks) take(chunk);
  return { messages, odd, endless };
}

test("messages come whole, however their bytes are cut", () => {
  const said = [{ text: "é😀\n\u2028" }, { list: [1, [2]] }, {}];
  const bytes = Buffer.from(said.map(messageLine).join(""));
  expect(heard(bytes).messages).toEqual(said);
  expect(heard(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))).messages).toEqual(said);
});

test("what is no message is told, and the next one is heard", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const { messages, odd } = heard(Buffer.from(`{"a":\n\n${deep}\n{"b":1}\n`));
  expect(messages).toEqual([{ b: 1 }]);
  expect(odd).toHaveLength(3);
  expect(odd[2]).toBe("it is nested deeper than 400 levels");
});

test("a line without an end is given up once, and not kept", () => {
  const chunk = Buffer.alloc(largeMessages.bytes / 4 + 1, "x");
  const { messages, endless } = heard(chunk, chunk, chunk, chunk, chunk, Buffer.from('\n{"a":1}\n'));
  expect({ messages, endless }).toEqual({ messages: [], endless: 1 });
});

test("who hears a message and throws ends nobody", () => {
  const odd: string[] = [];
  const take = messageLines(
    {
      message: () => {
        throw new Error("boom");
      },
      odd: (why) => odd.push(why),
      endless: () => undefined,
    },
    largeMessages,
  );
  take(Buffer.from("{}\n"));
  expect(odd).toEqual(["boom"]);
});

test("each channel has bounds of its own, and says how long a message was", () => {
  const bounds = { bytes: 20, depth: 2, values: 5 };
  const { messages, odd, endless } = heardWithin(bounds, Buffer.from('[1,2,3,4]\n[1,2,3,4,5]\n[[[1]]]\n["é"]\n'));
  expect({ messages, odd, endless }).toEqual({
    messages: [[1, 2, 3, 4], ["é"]],
    odd: ["it has more than 5 values", "it is nested deeper than 2 levels"],
    endless: 0,
  });
  expect(heardWithin(bounds, Buffer.from(`${" ".repeat(19)}1\n${" ".repeat(21)}\n[1]\n`))).toMatchObject({
    messages: [1],
    endless: 1,
  });
  const bytes: number[] = [];
  const handlers = { odd: () => undefined, endless: () => undefined };
  messageLines({ message: (_, length) => bytes.push(length), ...handlers }, bounds)(Buffer.from('["é"]\n{}\n'));
  expect(bytes).toEqual([6, 2]);
});
