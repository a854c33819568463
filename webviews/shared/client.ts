/** The page's end of the conversation with the extension host. */
import { t } from "./l10n";
import { CancellationTokenSource, createMessageConnection } from "vscode-jsonrpc/browser";
import * as z from "zod";
import type { Given, PageMethod, Said } from "../../server/protocol/methods";
import { earlyAnswers } from "./early-answers";
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
export type Hints = { readonly [Name in Exclude<Said<"client → page">, "early">]: (params: Given<Name>) => void };

/** A page that waits for ever looks like an empty one; past this it says that nobody answers. */
const patienceMilliseconds = 30_000;

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, log: () => undefined };

/** Connects to the host; `listen` subscribes to what the host posts. */
export function connect(port: HostPort, listen: (receive: (message: unknown) => void) => void, hints: Hints): Client {
  const { reader, writer } = portEnds((message) => port.postMessage(message), listen);
  const connection = createMessageConnection(reader, writer, silent);
  const early = earlyAnswers();
  connection.onNotification(
    wireName("changed"),
    hearing("changed", (change) => {
      early.forget();
      hints.changed(change);
    }),
  );
  /** A place that the page was told of early is told of again when it asks for its runs. */
  let shown: string | null = null;
  connection.onNotification(
    wireName("show"),
    hearing("show", (place) => {
      if (JSON.stringify(place) !== shown) hints.show(place);
      shown = null;
    }),
  );
  connection.onNotification(
    wireName("early"),
    hearing("early", ({ place, answers }) => {
      if (place !== null) {
        shown = JSON.stringify(place);
        hints.show(place);
      }
      early.take(answers);
    }),
  );
  connection.listen();
  return {
    ask: asking((wire, params) => {
      const known = early.of(wire, params);
      if (known.answer !== null) return Promise.resolve(known.answer.result);
      const source = new CancellationTokenSource();
      return new Promise<unknown>((resolve, reject) => {
        known.whenTold(resolve);
        const timer = setTimeout(() => {
          source.cancel();
          reject(new Error(t("The extension does not answer. Try again, or reload the window.")));
        }, patienceMilliseconds);
        connection
          .sendRequest<unknown>(wire, params, source.token)
          .then(resolve, reject)
          .finally(() => {
            clearTimeout(timer);
            known.forget();
          });
      });
    }),
  };
}
