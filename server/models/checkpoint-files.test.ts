/** What lies in a checkpoint's folder: for other programs that load it, and for the next load of our own. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, expect, test } from "vitest";
import { newOptimizer } from "../engine/optimizer";
import { testEngine } from "../engine/engine.testing";
import {
  checkpointFiles,
  loadPolicy,
  loadPromptOptions,
  loadStageArrays,
  loadStageState,
  loadTrainerState,
} from "./checkpoint";
import type { LoadOptions } from "./checkpoint";
import * as z from "zod";
import { encodePrompt, newPolicy, type Policy } from "./policy";
import { loadRewardModel, newRewardModel, headArrays, headFile, headOptimizer, rewardsOfTexts } from "./reward-model";
import { writeDurably } from "../runs/atomic-file";
import { readSafetensors, writeSafetensors } from "./safetensors";
import { toArrays } from "./weights";

const model = {
  num_hidden_layers: 1,
  hidden_size: 8,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  intermediate_size: 12,
  qk_norm: true,
  max_position_embeddings: 64,
  rope_theta: 10_000,
};
const symbols = Array.from("abc0123456789+-=; \n");
const start = { stage: "a", step: 2, tokens: 9 };

testEngine("cpu");
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function save(policy: Policy, arrays: Record<string, Map<string, Float32Array>> = {}): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-files-"));
  folders.push(folder);
  const files = checkpointFiles(policy, newOptimizer(policy.weights), start, { state: { beta: 1 }, arrays });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeDurably(join(folder, name), content);
  }
  return folder;
}
/** A checkpoint as it comes from elsewhere, with other contents of files; null: without the file. */
function foreign(files: Record<string, object | string | Uint8Array | null> = {}): string {
  const folder = save(newPolicy(model, symbols, 1));
  rmSync(join(folder, "SHA256SUMS"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (content === null) rmSync(join(folder, name));
    else
      writeFileSync(
        join(folder, name),
        typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content),
      );
  }
  return folder;
}
const jsonOf = (folder: string, file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, unknown>;
const changed = (file: string, fields: object): object => ({ ...jsonOf(foreign(), file), ...fields });

test("what completions of the run end with is what generate of transformers stops at, whatever the files said before", async () => {
  // As Qwen3-Base: configuration and generation name one token, the tokenizer another.
  const from = foreign({
    "config.json": changed("config.json", { eos_token_id: 0, pad_token_id: null }),
    "generation_config.json": { eos_token_id: 0, max_new_tokens: 7, bos_token_id: 0 },
  });
  const policy = await loadPolicy(from);
  expect(policy.tokenizer).toMatchObject({ eos: 1, stops: [1, 0] });
  const saved = save(policy);
  expect(jsonOf(saved, "config.json")).toMatchObject({ eos_token_id: [1, 0], pad_token_id: null });
  expect(jsonOf(saved, "generation_config.json")).toEqual({
    eos_token_id: [1, 0],
    pad_token_id: 0,
    max_new_tokens: 7,
    bos_token_id: 0,
  });
  expect((await loadPolicy(saved)).tokenizer).toMatchObject({ eos: 1, stops: [1, 0] });
  const own = save(newPolicy(model, symbols, 1));
  expect(jsonOf(own, "config.json")).toMatchObject({ eos_token_id: 1, pad_token_id: 0 });
  expect(jsonOf(own, "generation_config.json")).toMatchObject({ eos_token_id: 1, pad_token_id: 0 });
});

test("in a chat template, completions end as the assistant's turn does", async () => {
  const turns = "{% for m in messages %}{{ m.content }}<pad>\n{% endfor %}";
  const load = (template: string): Promise<Policy> =>
    loadPolicy(foreign({ "chat_template.jinja": template }), { chatTemplate: true });
  const policy = await load(turns);
  expect(policy.tokenizer).toMatchObject({ eos: 0, stops: [0, 1] });
  expect(jsonOf(save(policy), "generation_config.json")).toMatchObject({ eos_token_id: [0, 1] });
  // No special token there, or a template that takes no such conversation: as the tokenizer says.
  for (const other of [
    "{% for m in messages %}{{ m.content }}</answer>{% endfor %}",
    "{% if messages | length > 1 %}{{ raise_exception('one') }}{% endif %}{{ messages[0].content }}",
  ])
    expect((await load(other)).tokenizer).toMatchObject({ eos: 1, stops: [1] });
});

const embedding = "model.embed_tokens.weight";
const head = "lm_head.weight";

test("tied embeddings are tied as in transformers: not when the file holds two different ones", async () => {
  const tensors = await readSafetensors(join(foreign(), "model.safetensors"));
  const { shape, values } = tensors.get(embedding)!;
  const other = { shape, values: values.map((value) => value + 1) };
  const load = async (
    change: [string, { shape: readonly number[]; values: Float32Array }][],
    without = "",
  ): Promise<Policy> => {
    const all = new Map([...tensors, ...change]);
    all.delete(without);
    return loadPolicy(foreign({ "model.safetensors": Buffer.concat([...writeSafetensors(all)]) }));
  };
  const two = await load([[head, other]]);
  expect(two.config.tie_word_embeddings).toBe(false);
  expect(toArrays(two.weights).get(head)).toEqual(other.values);
  const again = save(two);
  expect(jsonOf(again, "config.json")).toMatchObject({ tie_word_embeddings: false });
  expect(toArrays((await loadPolicy(again)).weights)).toEqual(toArrays(two.weights));
  const same = await load([[head, { shape, values }]]);
  expect(same.config.tie_word_embeddings).toBe(true);
  expect(same.weights.has(head)).toBe(false);
  const alone = await load([[head, other]], embedding);
  expect(alone.config.tie_word_embeddings).toBe(true);
  expect(toArrays(alone.weights).get(embedding)).toEqual(other.values);
  await expect(load([], embedding)).rejects.toThrow(/has no tensor model\.embed_tokens\.weight/);
  await expect(load([[head, { shape: [1], values: Float32Array.of(1) }]])).rejects.toThrow(/lm_head\.weight .* \[1\]/);
  const untied = foreign({ "config.json": changed("config.json", { tie_word_embeddings: false }) });
  await expect(loadPolicy(untied)).rejects.toThrow(/no tensor lm_head\.weight.*set tie_word_embeddings to true/);
});

test("loaders that take every file of weights find the model's alone", () => {
  const folder = save(newPolicy(model, symbols, 1), { reference: new Map([["a", Float32Array.of(1)]]) });
  const names = readdirSync(folder, { recursive: true }).map(String);
  expect(names.filter((name) => /\.(safetensors|bin|pt|pth|ckpt|gguf)$/.test(name))).toEqual(["model.safetensors"]);
  expect(names.filter((name) => name.endsWith(".tensors"))).toHaveLength(2);
});

test("checkpoints of earlier versions, without checksums and with the trainer's numbers beside the model, go on", async () => {
  const policy = newPolicy(model, symbols, 1);
  const folder = save(policy, { reference: new Map([["a", Float32Array.of(3)]]) });
  rmSync(join(folder, "SHA256SUMS"));
  renameSync(join(folder, "trainer/optimizer.tensors"), join(folder, "trainer.safetensors"));
  renameSync(join(folder, "trainer/reference.tensors"), join(folder, "reference.safetensors"));
  const trainer = { ...jsonOf(folder, "trainer.json"), prompts: undefined };
  const extras = ["stage.json", "reference.safetensors"];
  writeFileSync(join(folder, "trainer.json"), JSON.stringify({ ...trainer, extras }));
  const loaded = await loadPolicy(folder);
  expect(await loadTrainerState(folder, loaded)).toMatchObject({ step: 2, tokens: 9 });
  expect(await loadStageArrays(folder, "reference")).toEqual(new Map([["a", Float32Array.of(3)]]));
});

const stateSchema = z.object({ beta: z.number() });
const loadAll = async (folder: string): Promise<void> => {
  const policy = await loadPolicy(folder);
  await loadTrainerState(folder, policy);
  await loadStageState(folder, stateSchema);
  await loadStageArrays(folder, "reference");
};

test("one flipped bit of any file of a checkpoint is an error with the file's name, never another model", async () => {
  const arrays = { reference: new Map([["a", Float32Array.of(1)]]) };
  const folder = save(newPolicy(model, symbols, 1), arrays);
  await loadAll(folder);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(names).toHaveLength(10);
  for (const path of names) {
    const bytes = readFileSync(path);
    for (const at of [0, bytes.length >> 1, bytes.length - 2]) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1;
      writeFileSync(path, flipped);
      const error: unknown = await loadAll(folder).catch((reason: unknown) => reason);
      expect(error, `${path} at ${at}`).toBeInstanceOf(Error);
      if (!path.endsWith("SHA256SUMS"))
        expect(String(error)).toContain(`${path} is not what was written: it was damaged or changed`);
    }
    writeFileSync(path, bytes);
  }
  // Gigabytes of nothing are no reason to read them.
  const stage = readFileSync(join(folder, "stage.json"));
  truncateSync(join(folder, "stage.json"), 8 * 2 ** 30);
  await expect(loadAll(folder)).rejects.toThrow(/stage\.json has 8\.6 GB; files of its kind are read up to/);
  writeFileSync(join(folder, "stage.json"), stage);
  rmSync(join(folder, "trainer/reference.tensors"));
  await expect(loadAll(folder)).rejects.toThrow(/has no trainer\/reference\.tensors that can be read/);
});

test("how a reward model's texts were read is compared with its checksum too", async () => {
  const folder = save(newPolicy(model, symbols, 1));
  expect(await loadPromptOptions(folder)).toEqual({ chatTemplate: false, chatTemplateKwargs: {} });
  const path = join(folder, "trainer.json");
  writeFileSync(path, readFileSync(path, "utf8").replace('"chatTemplate": false', '"chatTemplate": true'));
  await expect(loadPromptOptions(folder)).rejects.toThrow(`${path} is not what was written`);
});

test("a file by an earlier version's name does not take the place of the one that the checksum is of", async () => {
  const policy = newPolicy(model, symbols, 1);
  const folder = save(policy);
  writeFileSync(join(folder, "trainer.safetensors"), "planted");
  expect((await loadTrainerState(folder, policy)).step).toBe(2);
});

test("checksums that were cut off to nothing are no checkpoint from elsewhere", async () => {
  const folder = save(newPolicy(model, symbols, 1));
  writeFileSync(join(folder, "SHA256SUMS"), "");
  await expect(loadPolicy(folder)).rejects.toThrow(`${join(folder, "SHA256SUMS")} is damaged: it is empty.`);
});

test("checksums name files of the checkpoint only", async () => {
  for (const name of ["../model.safetensors", "/etc/passwd", "a/../../b", "", "..", "a\\b"]) {
    const folder = foreign({ SHA256SUMS: `${"0".repeat(64)}  ${name}\n` });
    await expect(loadPolicy(folder)).rejects.toThrow(/SHA256SUMS is damaged: .* is no checksum of a file/);
  }
});

test.each<[string, object, RegExp]>([
  ["vocab_size", { vocab_size: 4e9 }, /config\.json: vocab_size: must be at most 16777216: no model is larger/],
  ["num_hidden_layers", { num_hidden_layers: 1e9 }, /config\.json: num_hidden_layers: must be at most 4096/],
  [
    "positions",
    { max_position_embeddings: 1e9 },
    /max_position_embeddings: tables for 1,000,000,000 positions would take 16\.0 GB, and may take 537 MB/,
  ],
  [
    "positions of wide heads",
    { max_position_embeddings: 2 ** 24, head_dim: 64 },
    /max_position_embeddings: tables for 16,777,216 positions would take 4\.3 GB/,
  ],
  // Within bounds, but nothing that the file holds: said before anything is set aside for it.
  ["a vocabulary that is not there", { vocab_size: 1e7 }, /embed_tokens\.weight .* it is \[10000000, 8\]/],
  ["layers that are not there", { num_hidden_layers: 4096 }, /has no tensor model\.layers\.1\./],
])("a configuration of absurd sizes is refused by its field: %s", async (_, fields, message) => {
  await expect(loadPolicy(foreign({ "config.json": changed("config.json", fields) }))).rejects.toThrow(message);
});

test("an id of billions in a tokenizer is refused, not made room for", async () => {
  const tokenizer = jsonOf(foreign(), "tokenizer.json");
  const added_tokens = [{ id: 4e9, content: "x" }];
  await expect(loadPolicy(foreign({ "tokenizer.json": { ...tokenizer, added_tokens } }))).rejects.toThrow(
    /tokenizer\.json: added_tokens\.0\.id: is no id of a vocabulary/,
  );
});

const several = [
  { name: "default", template: "{{ messages[0].content }}=" },
  { name: "terse", template: "{{ messages[0].content }};{% if thinking %}<think>{% endif %}" },
];
const asked = async (folder: string, options: LoadOptions): Promise<string> => {
  const policy = await loadPolicy(folder, options);
  return policy.tokenizer.decodeAll(encodePrompt(policy, { prompt: "a" }));
};

test("of several chat templates the recipe names one, and gives it what it reads", async () => {
  const config = changed("tokenizer_config.json", { chat_template: several });
  const folder = foreign({ "tokenizer_config.json": config });
  expect(await asked(folder, { chatTemplate: true })).toBe("a=");
  expect(await asked(folder, { chatTemplate: "terse" })).toBe("a;");
  const kwargs = { chatTemplate: "terse", chatTemplateKwargs: { thinking: true } };
  expect(await asked(folder, kwargs)).toBe("a;<think>");
  const saved = save(await loadPolicy(folder, kwargs));
  expect(await asked(saved, { chatTemplate: "terse" })).toBe("a;");
  await expect(asked(folder, { chatTemplate: "tool" })).rejects.toThrow(/the chat template "tool" .* default, terse/);
  await expect(asked(folder, { ...kwargs, chatTemplateKwargs: { thinkin: true } })).rejects.toThrow(
    /chat_template_kwargs.* sets "thinkin", which the chat template of .* does not read/,
  );
  const files = foreign({
    "tokenizer_config.json": config,
    "chat_template.jinja": "f{{ messages[0].content }}",
    "additional_chat_templates/rag.jinja": "r{{ messages[0].content }}",
  });
  // As in transformers, files stand before the configuration.
  expect([await asked(files, { chatTemplate: true }), await asked(files, { chatTemplate: "rag" })]).toEqual([
    "<unk>a",
    "<unk>a",
  ]);
  expect(existsSync(join(save(await loadPolicy(files)), "additional_chat_templates", "rag.jinja"))).toBe(true);
  const nameless = foreign({
    "tokenizer_config.json": changed("tokenizer_config.json", { chat_template: several.slice(1) }),
  });
  await expect(asked(nameless, { chatTemplate: true })).rejects.toThrow(/none by default, but these by name: terse/);
});

test("a reward model reads texts as those that it learnt from, with the template that its prompts went through", async () => {
  const from = foreign({ "chat_template.jinja": "{{ messages[0].content }}={% if thinking %}<think>{% endif %}" });
  const options = { chatTemplate: true, chatTemplateKwargs: { thinking: true } };
  const trunk = await loadPolicy(from, options);
  const trained = newRewardModel(trunk);
  const optimizer = headOptimizer(trained, newOptimizer(trunk.weights), null);
  trained.head.forEach((variable) => variable.assign(tf.ones([1, 8])));
  const arrays = headArrays(trained, optimizer);
  const folder = save(trunk, { [headFile]: arrays });
  const texts = [{ prompt: "a", completion: "<think>1</think>2" }];
  expect(rewardsOfTexts(await loadRewardModel(folder), texts)).toEqual(rewardsOfTexts(trained, texts));
  const plain = newRewardModel(await loadPolicy(from));
  plain.head.forEach((variable) => variable.assign(tf.ones([1, 8])));
  expect(rewardsOfTexts(plain, texts)).not.toEqual(rewardsOfTexts(trained, texts));
});
