/** The page's end of the conversation with the extension host. */
import { t } from "./l10n";
import { CancellationTokenSource, createMessageConnection } from "vscode-jsonrpc/browser";
import * as z from "zod";
import type { Given, PageMethod, Said } from "../../server/protocol/methods";
import { asking, hearing, portEnds, wireName, type Ask } from "../../server/protocol/requests";

// The page's policy allows no code that is made from text, which zod would otherwise try for speed.
z.config({ jitless: true });

/** What VS Code gives a webview page. */
export interface HostPort {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export interface Client {
  /** Rejects with a message for people: the host's own, or that the host does not answer. */
  readonly ask: Ask<PageMethod>;
}

/** What the host says of its own: that something about runs changed, and that a command asks for a place. */
export type Hints = { readonly [Name in Said<"client → page">]: (params: Given<Name>) => void };

/** A page that waits for ever looks like an empty one; past this it says that nobody answers. */
const patienceMilliseconds = 30_000;

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, log: () => undefined };

/** Connects to the host; `listen` subscribes to what the host posts. */
export function connect(port: HostPort, listen: (receive: (message: unknown) => void) => void, hints: Hints): Client {
  const { reader, writer } = portEnds((message) => port.postMessage(message), listen);
  const connection = createMessageConnection(reader, writer, silent);
  connection.onNotification(wireName("changed"), hearing("changed", hints.changed));
  connection.onNotification(wireName("show"), hearing("show", hints.show));
  connection.listen();
  return {
    ask: asking((wire, params) => {
      const source = new CancellationTokenSource();
      return new Promise<unknown>((resolve, reject) => {
        const timer = setTimeout(() => {
          source.cancel();
          reject(new Error(t("The extension does not answer. Try again, or reload the window.")));
        }, patienceMilliseconds);
        connection
          .sendRequest<unknown>(wire, params, source.token)
          .then(resolve, reject)
          .finally(() => clearTimeout(timer));
      });
    }),
  };
}
