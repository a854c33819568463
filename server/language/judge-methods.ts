/** Answers about judges: which keys recipes name. Models of the editor are asked through the client. */
import type { CancellationToken } from "vscode-jsonrpc";
import { pathOfUri } from "../files/path-of-uri";
import { readText, sizeLimits } from "../files/workspace-file";
import type { Handlers } from "../protocol/methods";
import { asking } from "../protocol/requests";
import type { AskEditorModel } from "../processes/rewards/editor-models";
import { parseRecipe } from "../recipes/parse";
import type { Recipe } from "../recipes/schema";

/** A recipe that cannot be read names none. */
function recipeAt(uri: string): Recipe | null {
  try {
    return parseRecipe(readText(pathOfUri(uri), sizeLimits.recipe)).recipe ?? null;
  } catch {
    return null;
  }
}

export const judgeMethods = (): Handlers<"judgeKeyNames"> => ({
  judgeKeyNames({ recipeUris }) {
    const hosts = new Map<string, Set<string>>();
    for (const { keys, hosts: own } of recipeUris.flatMap((uri) => recipeAt(uri)?.rewards ?? []))
      for (const name of keys) hosts.set(name, new Set([...(hosts.get(name) ?? []), ...own]));
    return [...hosts].map(([name, own]) => ({ name, hosts: [...own] }));
  },
});

type Send = (wire: string, ...given: readonly [params: object, token?: CancellationToken]) => Promise<unknown>;

/** Asks a model of the editor that this server belongs to. */
export function clientModels(send: Send): AskEditorModel {
  const ask = asking<"askEditorModel">(send);
  return async (model, messages, signal) => {
    const late = Promise.withResolvers<never>();
    const abort = (): void => late.reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return (await Promise.race([ask("askEditorModel", { model, messages: [...messages] }), late.promise])).text;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
}
