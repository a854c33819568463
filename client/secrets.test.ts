import type * as vscode from "vscode";
import { expect, test } from "vitest";
import { keepFromLog, traceLog } from "./secrets";

test("what is traced of messages has none of the secrets that were sent, as they are or in JSON", () => {
  const traced: string[] = [];
  const log = { trace: (text: string) => traced.push(text), logLevel: 1 } as unknown as vscode.LogOutputChannel;
  const channel = traceLog(log);
  for (const secret of ["", "hf_ab", "hf_abcdef", 'k"1\\']) keepFromLog(secret);
  channel.trace(`Params: ${JSON.stringify({ token: "hf_abcdef", key: 'k"1\\', other: "hf_a" })} k"1\\`);
  expect(traced).toEqual(['Params: {"token":"‹secret›","key":"‹secret›","other":"hf_a"} ‹secret›']);
  expect(channel.logLevel).toBe(1);
});
