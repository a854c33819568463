/** Texts of VS Code's secret storage: the language server is told of them, and holds them in memory alone. What is traced of the talk with it shows none. */
import type * as vscode from "vscode";

/** All that this window knows, the longest first: one may be a part of another. */
let known: readonly string[] = [];

export function keepFromLog(secret: string): void {
  if (secret !== "" && !known.includes(secret)) known = [...known, secret].toSorted((a, b) => b.length - a.length);
}

/** As it stands in JSON. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** With "‹secret›" in place of each. */
export const withoutSecrets = (text: string): string =>
  known.reduce((shown, secret) => shown.replaceAll(inJson(secret), "‹secret›").replaceAll(secret, "‹secret›"), text);

/** The log for what is traced: with the log level Trace and `reasoningLab.trace.server` it has the parameters of messages. */
export function traceLog(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
  const trace = (text: string): void => log.trace(withoutSecrets(text));
  return new Proxy(log, { get: (target, name): unknown => (name === "trace" ? trace : Reflect.get(target, name)) });
}
