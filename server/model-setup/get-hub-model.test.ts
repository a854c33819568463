import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
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
import { hubCommit as commit, hubServer, type HubServer } from "./hub-server.testing";
import { HubRefusal } from "./hub-refusal";
import { setStoredHubToken } from "./hub-token";

testEngine("cpu");

function tinyFiles(): Map<string, Buffer> {
  const policy = newPolicy(tinyModel, Array.from("abc"), 1);
  const files = checkpointFiles(policy, newOptimizer(policy.weights), { stage: "s", step: 0, tokens: 0 });
  const wanted = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  return new Map(
    wanted.map((name) => [name, Buffer.concat([...partsOf(files[name]!)].map((part) => Buffer.from(part)))]),
  );
}

let hub: HubServer;
let environment: Record<string, string>;
beforeEach(async () => {
  hub = await hubServer(tinyFiles());
  hub.files.set("pytorch_model.bin", Buffer.from("other weights"));
  hub.files.set("README.md", Buffer.from("# Tiny"));
  environment = { HF_ENDPOINT: `${hub.endpoint}/`, HF_HOME: temporaryFolder("hub") };
});
afterEach(async () => {
  setStoredHubToken(null);
  await hub.close();
});

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

test("a token goes to the Hub alone: the stored one, else that of the environment, else as one has signed in", async () => {
  const sent = async (): Promise<string | undefined> => {
    await get();
    return hub.asked.at(-1)?.authorization;
  };
  await get();
  expect(hub.asked.every(({ authorization }) => authorization === undefined)).toBe(true);
  writeFileSync(join(environment["HF_HOME"]!, "token"), "hf_file\n");
  expect(await sent()).toBe("Bearer hf_file");
  environment["HF_TOKEN"] = "hf_given";
  expect(await sent()).toBe("Bearer hf_given");
  setStoredHubToken("hf_stored");
  expect(await sent()).toBe("Bearer hf_stored");
  setStoredHubToken(null);
  expect(await sent()).toBe("Bearer hf_given");
});

test("a token that can be none is refused by where it stands, and shown nowhere", async () => {
  environment["HF_TOKEN"] = "hf_one\nhf_two";
  const refused: unknown = await get().catch((error: unknown) => error);
  expect(String(refused)).toContain("The Hugging Face token of HF_TOKEN holds what no token holds");
  expect(String(refused)).not.toMatch(/hf_one|hf_two/);
  expect(hub.asked).toEqual([]);
});

test.each([
  [401, null, "accept its terms if it has some. Set a token:", "hub-token"],
  [403, null, "is not given to everybody", "hub-token"],
  [401, "hf_old", "The Hub does not take the token of HF_TOKEN (it answers 401)", "hub-token"],
  [403, "hf_mine", "is not given to the account whose token HF_TOKEN holds", "web-page"],
  [404, null, "has no hf:org/tiny. Check the name", null],
  [503, null, "answers 503. Try again later", null],
])("an answer of %i to the token %s is said for people, with what helps", async (status, token, message, remedy) => {
  hub.status = status;
  if (token !== null) environment["HF_TOKEN"] = token;
  const refused: unknown = await get().catch((error: unknown) => error);
  expect(String(refused)).toContain(message);
  expect(refused instanceof HubRefusal ? refused.remedy.kind : null).toBe(remedy);
  expect(String(refused)).not.toContain(token ?? "Bearer");
});

test("a gated model is listed to everybody, and given to who may have it", async () => {
  hub.token = "hf_right";
  await expect(get()).rejects.toThrow("hf:org/tiny is not given to everybody");
  setStoredHubToken("hf_right");
  const { path } = await get();
  expect(readdirSync(path)).toContain("model.safetensors");
});

test.each<[object, RegExp]>([
  [{ model_type: "phi3" }, /the architecture "phi3" is not supported\. Supported: llama \(.*gemma3_text/],
  [{ model_type: "lfm2" }, /the architecture "lfm2" is not supported/],
  [
    { model_type: "gemma3", text_config: { model_type: "gemma3_text" } },
    /"gemma3" is not supported\. It reads images too/,
  ],
  [{ model_type: "qwen3_moe" }, /"qwen3_moe" is not supported\. It is a mixture of experts/],
  [{ quantization_config: { quant_method: "gptq" } }, /quantization_config: quantised weights are not supported/],
])("%j is refused by its name before a byte of weights is downloaded", async (fields, message) => {
  const config = JSON.parse(hub.files.get("config.json")!.toString("utf8")) as Record<string, unknown>;
  hub.files.set("config.json", Buffer.from(JSON.stringify({ ...config, ...fields })));
  await expect(get()).rejects.toThrow(message);
  await expect(get()).rejects.toThrow(/config\.json of hf:/);
  expect(hub.asked.some(({ path }) => path.endsWith(".safetensors"))).toBe(false);
});

test("weights in another format are said before anything is downloaded", async () => {
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
  hub.server.removeAllListeners("request");
  hub.server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url!.endsWith("tokenizer.json")) hub.answer(request, response);
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
