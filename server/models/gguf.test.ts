/** GGUF files against numbers that llama.cpp's `gguf` package made: `test-data/make-gguf.py`. */
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import * as z from "zod";
import { testEngine } from "../engine/engine.testing";
import { loadPolicy } from "./checkpoint";
import { blockTypes, readBlocks } from "./gguf-blocks";
import { toArrays } from "./weights";

testEngine("cpu");
const data = join(__dirname, "test-data");
const tiny = join(data, "tiny.gguf");
const read = (name: string): unknown => JSON.parse(readFileSync(join(data, name), "utf8"));
const floats = (base64: string): Float32Array => {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new Float32Array(bytes.buffer);
};
const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-gguf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const vectors = z
  .array(z.object({ type: z.int(), name: z.string(), blocks: z.string(), numbers: z.string() }))
  .parse(read("gguf-blocks.json"));

test.each(vectors)("blocks of $name are dequantised as gguf does", ({ type, name, blocks, numbers }) => {
  const block = blockTypes[type]!;
  expect(block.name).toBe(name);
  const expected = floats(numbers);
  const found = readBlocks(block, Uint8Array.from(Buffer.from(blocks, "base64")));
  expect(found.length).toBe(expected.length);
  for (const [index, value] of found.entries())
    expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(expected[index]!)));
});

test("a whole model has Hugging Face's names, shapes and orders, and its tokenizer and template", async () => {
  const policy = await loadPolicy(tiny, { chatTemplate: true });
  const expected = z.record(z.string(), z.string()).parse(read("tiny-gguf.json"));
  const arrays = toArrays(policy.weights);
  expect([...arrays.keys()].sort()).toEqual(Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected)) {
    const own = floats(values);
    for (const [index, value] of arrays.get(name)!.entries())
      expect(Math.abs(value - own[index]!), `${name} ${index}`).toBeLessThan(1e-6);
  }
  expect(policy.config).toMatchObject({
    model_type: "llama",
    num_hidden_layers: 1,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 64,
    tie_word_embeddings: true,
  });
  // Digits are pieces of their own, a space belongs to the word behind it.
  expect(policy.tokenizer.encode("ab ab12")).toEqual([5, 6, 7, 8]);
  expect(policy.tokenizer.decode([5, 6, 7, 8, 0])).toBe("ab ab12");
  expect(policy.tokenizer).toMatchObject({
    eos: 0,
    chatTemplate: "{% for m in messages %}{{ m.content }}{% endfor %}",
  });
});

test.each(["smollm3", "olmo2"])(
  "%s in GGUF is the model of the Hugging Face folder that it was made of",
  async (name) => {
    const at = join(data, "architectures", name);
    const policy = await loadPolicy(join(at, "model.gguf"));
    const own = join(folder, name);
    cpSync(at, own, { recursive: true });
    const { files } = policy.tokenizer;
    for (const file of ["tokenizer.json", "tokenizer_config.json"] as const)
      writeFileSync(join(own, file), files[file]);
    const expected = await loadPolicy(own);
    expect(toArrays(policy.weights)).toEqual(toArrays(expected.weights));
    expect(policy.config).toEqual({ ...expected.config, rest: {} });
  },
);

test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
  ["another file", () => Buffer.from("GGML and something"), /does not begin with GGUF/],
  ["an old version", (bytes) => (bytes.writeUInt32LE(1, 4), bytes), /its version is 1; 2 and 3 can be read/],
  [
    "a header that says millions",
    (bytes) => (bytes.writeBigUInt64LE(2n ** 60n, 8), bytes),
    /its header has 1152921504606846976 tensors/,
  ],
  ["a cut header", (bytes) => bytes.subarray(0, 200), /its header ends with the file/],
  ["cut numbers", (bytes) => bytes.subarray(0, bytes.length - 64), /reaches beyond its end/],
])("%s is refused by what is wrong with it", async (name, change, message) => {
  const file = join(folder, `${name.replaceAll(" ", "-")}.gguf`);
  writeFileSync(file, change(readFileSync(tiny)));
  await expect(loadPolicy(file)).rejects.toThrow(message);
});

test("numbers and architectures that cannot be read are said by their names", async () => {
  const replaced = (from: string, to: string): string => {
    const file = join(folder, "replaced.gguf");
    const bytes = readFileSync(tiny);
    const at = bytes.indexOf(from);
    bytes.write(to, at);
    writeFileSync(file, bytes);
    return file;
  };
  await expect(loadPolicy(replaced("llama", "grok9"))).rejects.toThrow(
    /architecture "grok9", which is not supported in GGUF: llama/,
  );
  await expect(loadPolicy(replaced("smollm", "poro99"))).rejects.toThrow(/cuts a text \("poro99"\) is not known/);
  await expect(loadPolicy(replaced("blk.0.ffn_up", "blk.0.ffn_ux"))).rejects.toThrow(
    /has a tensor blk\.0\.ffn_ux\.weight, which a llama model/,
  );
  // Gigabytes of nothing behind it are not read.
  const long = join(folder, "long.gguf");
  copyFileSync(tiny, long);
  truncateSync(long, 2 ** 33);
  expect((await loadPolicy(long)).config.num_hidden_layers).toBe(1);
});
