// A window on a workspace: the language server, spoken to as an editor does.
import { fork } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectNode } from "../harness/node.mjs";

/** Starts a language server of `dist`. What is asked rejects once it is gone. */
export async function openEditor(dist, workspace, env) {
  const child = fork(join(dist, "server.js"), ["--node-ipc"], {
    execPath: projectNode(),
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env,
    cwd: dist,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let words = "";
  child.stderr.on("data", (text) => (words = (words + text).slice(-2000)));
  const waiting = new Map();
  let last = 0;
  const send = (message) => child.connected && child.send({ jsonrpc: "2.0", ...message }, () => undefined);
  child.on("message", ({ id, method, result, error }) => {
    if (method === undefined) {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error) reject(new Error(error.message));
      else resolve(result);
    } else if (id !== undefined)
      send({ id, result: method === "workspace/configuration" ? ["", "auto", "keepRunning"] : null });
  });
  const editor = { child, gone: false, ask, close };
  const ended = new Promise((resolve) =>
    child.on("close", () => {
      editor.gone = true;
      for (const { reject } of waiting.values()) reject(new Error(`The language server is gone.\n${words}`));
      waiting.clear();
      resolve();
    }),
  );
  function ask(method, params) {
    const id = ++last;
    return new Promise((resolve, reject) => {
      if (editor.gone) {
        reject(new Error("The language server is gone."));
        return;
      }
      waiting.set(id, { resolve, reject });
      send({ id, method, params });
    });
  }
  async function close() {
    if (editor.gone) return;
    await ask("shutdown").catch(() => undefined);
    send({ method: "exit" });
    await ended;
  }
  await ask("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { configuration: true } },
    initializationOptions: {
      trusted: true,
      nodePath: "",
      engine: "auto",
      storageFolder: join(workspace, "storage"),
      whenClosed: "keepRunning",
    },
    workspaceFolders: [{ uri: pathToFileURL(workspace).href, name: "soak" }],
  });
  send({ method: "initialized", params: {} });
  return editor;
}
