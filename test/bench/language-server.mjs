// The language server as an editor speaks to it: started, told of edits, asked.
import { join } from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { projectNode } from "../harness/node.mjs";
import { start } from "../harness/processes.mjs";

const require = createRequire(import.meta.url);
const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = require("vscode-jsonrpc/node");

/** `dist`: where it is built; `workspace`: the folder that is open. */
export async function openLanguageServer(dist, workspace, storageFolder) {
  const child = start(projectNode(), [join(dist, "server.js"), "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  /** Diagnostics that are waited for, by document and version. */
  const waiting = new Map();
  connection.onNotification("textDocument/publishDiagnostics", ({ uri, version }) => {
    waiting.get(`${uri} ${version}`)?.();
    waiting.delete(`${uri} ${version}`);
  });
  connection.onRequest("workspace/configuration", ({ items }) => items.map(() => null));
  for (const request of ["client/registerCapability", "client/unregisterCapability", "workspace/codeLens/refresh"])
    connection.onRequest(request, () => null);
  connection.listen();
  const uri = pathToFileURL(workspace).href;
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: [{ uri, name: "bench" }],
    capabilities: {},
    initializationOptions: { trusted: true, nodePath: "", engine: "auto", whenClosed: "keepRunning", storageFolder },
  });
  await connection.sendNotification("initialized", {});
  return {
    ask: (method, params) => connection.sendRequest(method, params),
    say: (method, params) => connection.sendNotification(method, params),
    /** Resolves when diagnostics of this version of a document have come. */
    diagnostics: (document, version) =>
      new Promise((resolve) => waiting.set(`${document} ${version}`, () => resolve(performance.now()))),
    async close() {
      await connection.sendRequest("shutdown").catch(() => undefined);
      connection.dispose();
      child.kill();
    },
  };
}
