import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { newOptimizer } from "../engine/optimizer";
import { sha256, temporaryFolder } from "../engine-setup/index.testing";
import { checkpointFiles, loadPolicy } from "../models/checkpoint";
import { newPolicy } from "../models/policy";
import { tinyModel } from "../models/policy.testing";
import { checkpointPath } from "../recipes/resolve-from";
import { partsOf } from "../shared/file-content";
import { getHubModel } from "./get-hub-model";

testEngine("cpu");

const commit = "12fd25f77366fa6b3b4b768ec3050bf629380bac";

function tinyFiles(): Map<string, Buffer> {
  const policy = newPolicy(tinyModel, Array.from("abc"), 1);
  const files = checkpointFiles(policy, newOptimizer(policy.weights), { stage: "s", step: 0, tokens: 0 });
  const wanted = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  return new Map(
    wanted.map((name) => [name, Buffer.concat([...partsOf(files[name]!)].map((part) => Buffer.from(part)))]),
  );
}

const gitHash = (data: Buffer): string => createHash("sha1").update(`blob ${data.length}\0`).update(data).digest("hex");

/** The Hub, with one model. */
interface Hub {
  readonly files: Map<string, Buffer>;
  readonly asked: {
    readonly path: string;
    readonly authorization: string | undefined;
    readonly range: string | undefined;
  }[];
  /** Bytes after which an answer with weights breaks off, as often as there are entries. */
  readonly breaks: number[];
  status: number | null;
  revision: string;
}

let hub: Hub;
let server: Server;
let environment: Record<string, string>;
beforeEach(async () => {
  hub = { files: tinyFiles(), asked: [], breaks: [], status: null, revision: "main" };
  hub.files.set("pytorch_model.bin", Buffer.from("other weights"));
  hub.files.set("README.md", Buffer.from("# Tiny"));
  server = createServer((request, response) => answer(hub, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  environment = {
    HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    HF_HOME: temporaryFolder("hub"),
  };
});
afterEach(
  () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
);

function answer(
  { files, asked, breaks, status, revision }: Hub,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = request.url ?? "";
  const { authorization, range } = request.headers;
  asked.push({ path, authorization, range });
  if (status !== null) response.writeHead(status).end();
  else if (path === `/api/models/org/tiny/revision/${revision}?blobs=true`)
    response.end(
      JSON.stringify({
        sha: commit,
        cardData: { license: "mit" },
        siblings: [...files].map(([rfilename, data]) => ({
          rfilename,
          size: data.length,
          blobId: gitHash(data),
          ...(rfilename.endsWith(".safetensors") ? { lfs: { sha256: sha256(data), size: data.length } } : {}),
        })),
      }),
    );
  else {
    const data = files.get(path.replace(`/org/tiny/resolve/${commit}/`, ""));
    const start = Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
    if (data === undefined) response.writeHead(404).end();
    else {
      const rest = data.subarray(start);
      const part = start > 0 ? { "content-range": `bytes ${start}-${data.length - 1}/${data.length}` } : {};
      response.writeHead(start > 0 ? 206 : 200, { "content-length": rest.length, ...part });
      const most = path.endsWith(".safetensors") ? breaks.shift() : undefined;
      if (most === undefined) response.end(rest);
      else response.write(rest.subarray(0, most), () => setTimeout(() => response.destroy(), 30));
    }
  }
}

const get = (
  name = { repo: "org/tiny", revision: "main" },
  more: { signal?: AbortSignal; free?: () => Promise<number> } = {},
) =>
  getHubModel(name, {
    signal: new AbortController().signal,
    progress: () => undefined,
    pip: { indexes: [], cert: null, proxy: null },
    environment,
    ...more,
  });
const cache = (): string => join(environment["HF_HOME"]!, "hub", "models--org--tiny");

test("a model comes into the Hub's cache as Python has it, and a recipe finds it by its name", async () => {
  const { path, licence } = await get();
  expect([path, licence]).toEqual([join(cache(), "snapshots", commit), "mit"]);
  expect(readFileSync(join(cache(), "refs", "main"), "utf8")).toBe(commit);
  expect(readdirSync(path).sort()).toEqual([
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  expect(lstatSync(join(path, "model.safetensors")).isSymbolicLink()).toBe(true);
  expect(readdirSync(join(cache(), "blobs"))).toContain(sha256(hub.files.get("model.safetensors")!));
  process.env["HF_HUB_CACHE"] = join(environment["HF_HOME"]!, "hub");
  try {
    expect(checkpointPath("/anywhere", "hf:org/tiny")).toBe(path);
    expect((await loadPolicy(checkpointPath("/anywhere", "hf:org/tiny"))).config.hidden_size).toBe(8);
  } finally {
    delete process.env["HF_HUB_CACHE"];
  }
  // What is there is not downloaded again.
  const before = hub.asked.length;
  await get();
  expect(hub.asked.length).toBe(before + 1);
});

test("weights that break off are taken up where they were", async () => {
  hub.breaks.push(100);
  await get();
  expect(hub.asked.some(({ range }) => range === "bytes=100-")).toBe(true);
});

test("another revision has its own name, and a commit none", async () => {
  hub.revision = "v2";
  await get({ repo: "org/tiny", revision: "v2" });
  expect(readdirSync(join(cache(), "refs"))).toEqual(["v2"]);
  hub.revision = commit;
  expect((await get({ repo: "org/tiny", revision: commit })).path).toBe(join(cache(), "snapshots", commit));
  expect(readdirSync(join(cache(), "refs"))).toEqual(["v2"]);
});

test("a token goes to the Hub alone, from the environment or as one has signed in", async () => {
  await get();
  expect(hub.asked.every(({ authorization }) => authorization === undefined)).toBe(true);
  writeFileSync(join(environment["HF_HOME"]!, "token"), "hf_file\n");
  await get();
  expect(hub.asked.at(-1)?.authorization).toBe("Bearer hf_file");
  environment["HF_TOKEN"] = "hf_given";
  await get();
  expect(hub.asked.at(-1)?.authorization).toBe("Bearer hf_given");
});

test.each([
  [401, 'sign in with "hf auth login" or set HF_TOKEN'],
  [403, "accept its terms"],
  [404, "has no hf:org/tiny. Check the name"],
  [503, "answers 503. Try again later"],
])("an answer of %i is said for people", async (status, message) => {
  hub.status = status;
  await expect(get()).rejects.toThrow(message);
});

test("what cannot be trained here is said before its weights are downloaded", async () => {
  const config = JSON.parse(hub.files.get("config.json")!.toString("utf8")) as Record<string, unknown>;
  hub.files.set("config.json", Buffer.from(JSON.stringify({ ...config, model_type: "mamba" })));
  await expect(get()).rejects.toThrow(/config\.json.*model_type/s);
  expect(hub.asked.some(({ path }) => path.endsWith(".safetensors"))).toBe(false);
  hub.files.delete("model.safetensors");
  await expect(get()).rejects.toThrow(
    "has no model.safetensors; its weights are in pytorch_model.bin, which can run programs",
  );
  hub.files.set("tiny.Q4_0.gguf", Buffer.from("GGUF"));
  await expect(get()).rejects.toThrow("it holds GGUF (tiny.Q4_0.gguf)");
});

test("a file that is not what the Hub lists never gets a name, and a full disk is told", async () => {
  await expect(get(undefined, { free: () => Promise.resolve(10) })).rejects.toThrow("There is not enough space");
  const weights = hub.files.get("model.safetensors")!;
  const listed = sha256(weights);
  await get();
  const other = join(environment["HF_HOME"]!, "other");
  mkdirSync(other);
  environment["HF_HUB_CACHE"] = other;
  server.removeAllListeners("request");
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url!.endsWith("tokenizer.json")) answer(hub, request, response);
    else response.end(Buffer.alloc(hub.files.get("tokenizer.json")!.length, "x"));
  });
  await expect(get()).rejects.toThrow("tokenizer.json is not the file that the Hub lists");
  expect(existsSync(join(other, "models--org--tiny", "snapshots"))).toBe(false);
  expect(listed).toHaveLength(64);
});

test("two do not bring the same model at once", async () => {
  const [first, second] = [get(), get()];
  await expect(second).rejects.toThrow("is being brought to this machine already");
  await first;
});
