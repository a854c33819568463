/**
 * Fuzzes the language server: requests, notifications and documents that are right, almost right and nothing of the kind, in a workspace with good and bad
 * runs. It must live, answer each request, and say in words for people what is wrong.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { wireName } from "../../server/protocol/requests";
import { hostileFiles } from "../../server/files/hostile-files.testing";
import { damage } from "./damage";
import { hostileValue, jsonText, mutated, mutatedText } from "./mutate";
import { memoryOf } from "./memory";
import { randomOf, type Random } from "./random";
import { documentRequest, labRequest, range, startsRun, type Places, type Request } from "./requests";
import { fuzz, fuzzOptions, unfitForPeople, type Outcome } from "./rounds";
import { startServer, type Answer, type ServerProcess } from "./server-process";

const options = fuzzOptions();
/** Seconds that an answer may take on a busy machine. */
const patience = 120;
/** Batches of requests in the life of a server: a round. */
const life = 25;
/** Bytes in memory, heap and all. */
const mostMemory = 3 * 2 ** 30;

interface Session extends Places {
  readonly trusted: boolean;
  readonly server: ServerProcess;
  readonly documents: Map<string, { text: string; version: number }>;
}

/** A workspace with the template's run, damaged copies of it, and files that are none. */
function workspaceOf(random: Random): Places {
  const workspace = mkdtempSync(join(options.scratch, "workspace-"));
  cpSync(options.template, workspace, { recursive: true });
  const folder = join(workspace, ".reasoning-lab", "runs");
  const good = join(folder, readdirSync(folder)[0]!);
  const bad = Array.from({ length: 6 }, (_, at) => {
    const copy = join(folder, `2020-01-01T00000${at}-bad`);
    cpSync(good, copy, { recursive: true });
    damage(copy, random);
    return copy;
  });
  mkdirSync(join(workspace, "odd"));
  for (const [at, [, make]] of hostileFiles.entries()) make(join(workspace, "odd", `${at}.reward.ts`));
  const named = (end: string) =>
    readdirSync(workspace, { recursive: true, withFileTypes: true })
      .filter(({ name }) => name.endsWith(end))
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => !path.includes("node_modules"));
  return {
    workspace,
    runs: [good, ...bad, join(folder, "none"), join(workspace, "..", "elsewhere")],
    recipes: [...named(".lab.json"), join(workspace, "none.lab.json"), "/dev/zero"],
    rewards: named(".reward.ts"),
  };
}

/** Of random numbers of its own: when it is asked is not the same each time. */
function answersOf(seed: number): (method: string) => unknown {
  const random = randomOf(seed);
  return (method) => {
    if (method === "workspace/configuration")
      return random.chance(0.5) ? ["", "auto", "keepRunning"] : hostileValue(random);
    return null;
  };
}

async function open(random: Random): Promise<Session> {
  const places = workspaceOf(random);
  const temporary = join(places.workspace, "tmp");
  mkdirSync(temporary);
  const server = startServer(options.dist, temporary, answersOf(random.below(2 ** 31)));
  const right = {
    trusted: random.chance(0.3),
    nodePath: "",
    engine: "auto",
    storageFolder: temporary,
    whenClosed: "keepRunning",
  };
  const given = random.chance(0.8) ? right : mutated({ ...right, trusted: false }, random);
  const trusted = typeof given === "object" && given !== null && Reflect.get(given, "trusted") === true;
  const { answer } = server.ask(
    "initialize",
    {
      processId: null,
      rootUri: null,
      capabilities: { workspace: { configuration: true, workspaceFolders: true } },
      initializationOptions: given,
      workspaceFolders: [{ uri: pathToFileURL(places.workspace).href, name: "w" }],
    },
    patience,
  );
  await answer;
  server.notify("initialized", {});
  return { ...places, trusted, server, documents: new Map() };
}

/** Opens, changes or closes a document. */
function editing(session: Session, random: Random): Request {
  const { documents } = session;
  const path = random.pick([...session.recipes, ...session.rewards, join(session.workspace, "new.lab.json")]);
  const document = random.chance(0.95)
    ? pathToFileURL(path).href
    : random.pick(["untitled:a.lab.json", "git:/a.reward.ts", "x.lab.json", ""]);
  const known = documents.get(document);
  const read = (): string => {
    try {
      return /odd|dev/.test(path) || !existsSync(path) ? "{}" : readFileSync(path, "utf8");
    } catch {
      return "{}";
    }
  };
  if (!known) {
    const given = read();
    const text = random.chance(0.3) ? given : mutatedText(mutatedText(given, random), random);
    documents.set(document, { text, version: 1 });
    return {
      method: "textDocument/didOpen",
      params: { textDocument: { uri: document, languageId: "jsonc", version: 1, text } },
    };
  }
  if (random.chance(0.1)) {
    documents.delete(document);
    return { method: "textDocument/didClose", params: { textDocument: { uri: document } } };
  }
  known.version++;
  known.text = random.chance(0.2)
    ? random.pick([jsonText(hostileValue(random)), "[".repeat(30_000), '{"a":'.repeat(5000), "\ud800".repeat(100)])
    : mutatedText(random.chance(0.2) ? read() : known.text.slice(0, 50_000), random);
  const whole = { text: known.text };
  const changes = random.chance(0.7) ? [whole] : [{ range: range(random), text: known.text.slice(0, 20) }];
  return {
    method: "textDocument/didChange",
    params: { textDocument: { uri: document, version: known.version }, contentChanges: changes },
  };
}

const notifications = (random: Random, session: Session): readonly Request[] => [
  { method: "workspace/didChangeWatchedFiles", params: { changes: [{ uri: "file:///x", type: 1 }] } },
  { method: "workspace/didChangeConfiguration", params: { settings: null } },
  {
    method: "workspace/didChangeWorkspaceFolders",
    params: {
      event: {
        added: [{ uri: random.pick(["file://host/x", "file:///%00", "untitled:x", "file:///dev"]), name: "x" }],
        removed: [],
      },
    },
  },
  {
    method: "workspace/didChangeWorkspaceFolders",
    params: { event: { added: [], removed: [{ uri: "file:///dev", name: "x" }] } },
  },
  { method: random.pick(["lab/nothing", "$/setTrace", "$/x", "textDocument/didSave"]), params: hostileValue(random) },
  { method: "$/cancelRequest", params: { id: random.pick([0, 1, "x"]) } },
  editing(session, random),
];

let asked = 0;

const unknownMethod = "textDocument/rename";
/** As the protocol has it. */
const cancelled = -32800;

/** What is wrong with an answer; null: nothing. */
function faultOf({ method }: Request, answer: Answer | null): string | null {
  if (answer === null) return `${method} was not answered within ${patience} s.`;
  if ("result" in answer) return null;
  if (method.startsWith("textDocument/") && method !== unknownMethod)
    return `${method} failed: ${answer.error.message}`;
  if (!method.startsWith("lab/") || answer.error.code === cancelled) return null;
  const unfit = unfitForPeople(answer.error.message);
  return unfit === null ? null : `The error of ${method} ${unfit}: ${answer.error.message}`;
}

/** Sends requests and notifications and waits for the answers. */
async function batch(session: Session, random: Random): Promise<Outcome> {
  const { server } = session;
  const sent: Request[] = [];
  const answers: { readonly request: Request; readonly answer: Promise<Answer | null> }[] = [];
  const ask = (request: Request): void => {
    if (jsonText({ ...request }) === "") return;
    sent.push(request);
    asked++;
    const { id, answer } = server.ask(request.method, request.params, patience);
    answers.push({ request, answer });
    if (random.chance(0.05)) server.notify("$/cancelRequest", { id });
  };
  for (let count = 5 + random.below(25); count > 0; count--) {
    const kind = random.next();
    if (kind < 0.55) {
      const request = labRequest(random, session);
      // A run would go on without its server.
      if (session.trusted && startsRun(request)) continue;
      ask(request.fixed || random.chance(0.4) ? request : { ...request, params: mutated(request.params, random) });
    } else if (kind < 0.65) {
      const known = [...session.documents.keys(), "file:///none.lab.json"];
      ask(documentRequest(random, random.pick(known)));
    } else if (kind < 0.68)
      ask({ method: random.pick(["lab/none", "shut", unknownMethod, ""]), params: hostileValue(random) });
    else {
      const request = kind < 0.95 ? editing(session, random) : random.pick(notifications(random, session));
      if (jsonText({ ...request }) === "") continue;
      sent.push(request);
      asked++;
      server.notify(request.method, request.params);
    }
  }
  // Whatever came before, it answers.
  ask({ method: wireName("verifyText"), params: { text: "\\boxed{1}", answer: "1" } });
  const faults: string[] = [];
  for (const { request, answer } of answers) {
    const fault = faultOf(request, await answer);
    if (fault !== null) faults.push(fault);
  }
  faults.push(...server.takeFaults());
  if (server.ended !== null) faults.unshift(server.ended);
  const memory = memoryOf(server.pid, "VmRSS");
  if (memory > mostMemory) faults.push(`The server has ${Math.round(memory / 2 ** 20)} MB in memory.`);
  return { faults, input: sent };
}

/** The life of a server: what it knows of earlier batches is a part of the round, too. */
async function round(random: Random): Promise<Outcome> {
  const session = await open(random);
  try {
    for (let count = 0; count < life; count++) {
      const outcome = await batch(session, random);
      if (outcome.faults.length > 0) return { ...outcome, input: { batch: count, requests: outcome.input } };
    }
    return { faults: [], input: null };
  } finally {
    session.server.kill();
    rmSync(session.workspace, { recursive: true, force: true, maxRetries: 5 });
  }
}

void fuzz("server", options, round, () => `${asked} requests and notifications`);
