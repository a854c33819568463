/** Each architecture against what transformers and peft compute with the same tiny checkpoint: `models/test-data/make-architectures.py`. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { fused, useFusedOperations } from "../engine/fused-operations";
import { addGradientsOf, newGradientSums, takeSums } from "../engine/gradient-sums";
import { testKernels } from "../engine/simd/kernels.testing";
import { startEngine } from "../engine/start-engine";
import { startTensorflow } from "../engine/tensorflow/start";
import { decodedBy } from "./decode.testing";
import { decodeStepwise } from "./decode-stepwise";
import { plainSampling } from "./generate";
import { disposeReadPrompts, readPrompts } from "./read-prompts";
import { writeDurably } from "../runs/atomic-file";
import { architectureNames, architectures } from "../models/architectures";
import { loadPolicy, modelFiles } from "../models/checkpoint";
import { decode } from "../models/decoder";
import { adapterShapes, createAdapter, linearModules } from "../models/lora";
import { completionLogProbs, disposePacked, packSequences } from "../models/packing";
import { disposePolicy, withAdapter, type Policy } from "../models/policy";
import { newTokenizerFiles } from "../models/tokenizer";
import { attendWithin, forward, outputTable } from "../models/transformer";

const data = join(__dirname, "..", "models", "test-data", "architectures");
const names = readdirSync(data).sort();
const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-architectures-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const kernels = testKernels();
const binding = process.env["REASONING_LAB_TENSORFLOW"];

const rows = z.array(z.array(z.number()));
const pairs = z.record(z.string(), z.tuple([z.number(), z.number()]));
const schema = z.object({
  sequences: z.array(z.array(z.int())),
  logprobs: rows,
  loss: z.number(),
  last_logits: z.array(z.number()),
  greedy: z.array(z.array(z.int())),
  gradients: pairs,
  lora: z.object({ logprobs: rows, gradients: pairs }),
});
const expectedOf = (name: string): z.infer<typeof schema> =>
  schema.parse(JSON.parse(readFileSync(join(data, name, "expected.json"), "utf8")));

/** The checkpoint with a tokenizer, which its numbers do not depend on. */
async function load(name: string): Promise<Policy> {
  const at = join(folder, name);
  cpSync(join(data, name), at, { recursive: true });
  const files = newTokenizerFiles(Array.from("abcdefghijklmnopqrstuvwxyz0123456789+-=*/", (symbol) => symbol));
  for (const file of ["tokenizer.json", "tokenizer_config.json"] as const) writeFileSync(join(at, file), files[file]);
  return loadPolicy(at);
}

/** The numbers that the script makes, too. */
const wave = (count: number, shift: number): Float64Array =>
  Float64Array.from({ length: count }, (_, index) => Math.sin(index * 0.37 + shift));

function close(found: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = 5e-5): void {
  expect(found.length, what).toBe(expected.length);
  for (let index = 0; index < expected.length; index++)
    expect(Math.abs(found[index]! - expected[index]!), `${what} ${index}`).toBeLessThan(
      tolerance * Math.max(1, Math.abs(expected[index]!)),
    );
}

const asPrompted = (ids: readonly number[]) => ({ prompt: ids.slice(0, 1), completion: ids.slice(1) });

/** Log-probabilities of all tokens but the first of each sequence, the mean of their negatives, and its gradients. */
function scored(policy: Policy, sequences: readonly (readonly number[])[], recompute: boolean) {
  const packed = packSequences(sequences.map(asPrompted));
  const sums = newGradientSums(policy.trained.values(), recompute);
  let logprobs: number[] = [];
  const loss = addGradientsOf(sums, () => {
    const found = completionLogProbs(policy, packed, 1).logprobs;
    logprobs = Array.from(found.dataSync());
    return tf.neg(tf.mean(found));
  });
  const gradients = takeSums(sums, policy.trained);
  const summaries = [...gradients].map(([name, gradient]): [string, [number, number]] => {
    const values = gradient.dataSync<"float32">();
    const weights = wave(values.length, 1);
    let [squares, along] = [0, 0];
    values.forEach((value: number, index: number) => {
      squares += value * value;
      along += value * weights[index]!;
    });
    return [name, [Math.sqrt(squares), along]];
  });
  tf.dispose([...gradients.values()]);
  disposePacked(packed);
  return { logprobs, loss, gradients: Object.fromEntries(summaries) };
}

function lastLogits(policy: Policy, ids: readonly number[]): Float32Array {
  const packed = packSequences([{ prompt: ids, completion: [0] }]);
  const logits = tf.tidy(() => {
    const hidden = forward(policy, packed.tokens, packed.positions, attendWithin(policy.config, packed.sequences));
    return fused().linear(fused().gatherRows(hidden, packed.predicting), outputTable(policy)).dataSync<"float32">();
  });
  disposePacked(packed);
  return Float32Array.from(logits);
}

function sameGradients(
  found: Readonly<Record<string, readonly number[]>>,
  expected: Readonly<Record<string, readonly number[]>>,
): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected)) {
    const scale = Math.max(values[0]!, 1e-2);
    found[name]!.forEach((value, index) =>
      expect(Math.abs(value - values[index]!), `${name} ${index}`).toBeLessThan(2e-4 * scale),
    );
  }
}

test("there is a reference of every architecture", () => {
  const found = names.map(
    (name) =>
      z.object({ model_type: z.string() }).parse(JSON.parse(readFileSync(join(data, name, "config.json"), "utf8")))
        .model_type,
  );
  expect([...new Set(found)].sort()).toEqual([...architectureNames].sort());
  expect(Object.keys(architectures)).toEqual(architectureNames);
});

const engines: [string, boolean, () => Promise<unknown>][] = [
  ["cpu", true, () => startEngine("cpu", { kernels: "", tensorflow: null })],
  ["simd", true, () => startEngine("simd", { kernels: kernels.file, tensorflow: null })],
  [
    "tensorflow",
    binding !== undefined,
    // With its own decoding, in place of the kernel's.
    async () => useFusedOperations((await startTensorflow(binding!)).operations),
  ],
];

describe.each(engines)("on %s", (engine, isThere, start) => {
  beforeAll(async () => {
    tf.enableProdMode();
    if (isThere) await start();
  });

  test.skipIf(!isThere).each(names)(
    "%s: logits, log-probabilities, loss and gradients are those of transformers",
    async (name) => {
      const policy = await load(name);
      const expected = expectedOf(name);
      close(lastLogits(policy, expected.sequences[1]!), expected.last_logits, "logits");
      for (const recompute of [false, true]) {
        const { logprobs, loss, gradients } = scored(policy, expected.sequences, recompute);
        close(logprobs, expected.logprobs.flat(), "log-probability");
        close([loss], [expected.loss], "loss");
        sameGradients(gradients, expected.gradients);
      }
      disposePolicy(policy);
    },
  );

  test.skipIf(!isThere).each(names)("%s: greedy completions, in one operation and token by token", async (name) => {
    const policy = await load(name);
    const { sequences, greedy } = expectedOf(name);
    const request = {
      ...plainSampling,
      samples: 1,
      max_completion_length: 16,
      uniforms: null,
      stops: policy.tokenizer.stops,
    };
    const read = readPrompts(policy, sequences);
    const before = tf.memory().numTensors;
    // The reference has no decoding of its own.
    const inOne = () => (engine === "cpu" ? null : decodedBy(decode(policy, read, request), [3]));
    if (engine === "cpu") expect(decode(policy, read, request)).toBeNull();
    const found = [decodedBy(decodeStepwise(policy, read, request)), inOne()];
    const kept = tf.memory().numTensors;
    inOne();
    expect(tf.memory().numTensors).toBe(kept);
    expect(kept - before).toBeLessThan(200);
    for (const decoded of found)
      if (decoded)
        expect(
          Array.from(decoded.lengths, (length, index) =>
            Array.from(decoded.tokens.slice(16 * index, 16 * index + length)),
          ),
        ).toEqual(greedy);
    disposeReadPrompts(read);
    disposePolicy(policy);
  });

  test.skipIf(!isThere).each(names)("%s with an adapter is what peft makes of it", async (name) => {
    const policy = await load(name);
    const { sequences, lora } = expectedOf(name);
    const settings = { rank: 2, alpha: 6, use_rslora: false, dropout: 0, target_modules: linearModules };
    const arrays = new Map(
      adapterShapes(policy.config, settings).map(({ name: matrix, shape }) => [
        matrix,
        Float32Array.from(wave(shape[0]! * shape[1]!, matrix.length), (value) => 0.2 * value),
      ]),
    );
    const adapted = withAdapter(policy, createAdapter(policy.config, settings, arrays));
    const { logprobs, gradients } = scored(adapted, sequences, false);
    close(logprobs, lora.logprobs.flat(), "log-probability");
    sameGradients(gradients, lora.gradients);
    disposePolicy(adapted);
  });

  test.skipIf(!isThere).each(names)("%s is what it was when it is saved and loaded again", async (name) => {
    const policy = await load(name);
    const at = join(folder, `${name}-again`);
    mkdirSync(at, { recursive: true });
    for (const [file, content] of Object.entries(modelFiles(policy))) writeDurably(join(at, file), content);
    const again = await loadPolicy(at);
    expect(again.config).toMatchObject({ ...policy.config, rest: expect.anything() as unknown });
    const [ids] = expectedOf(name).sequences.slice(1);
    expect(lastLogits(again, ids!)).toEqual(lastLogits(policy, ids!));
    disposePolicy(policy);
    disposePolicy(again);
  });
});
