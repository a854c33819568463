import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { randomStream } from "../shared/random";
import { decoderOf } from "../models/decoder";
import { createPolicy, disposePolicy, newPolicy } from "../models/policy";
import type { Policy } from "../models/policy";
import { toArrays } from "../models/weights";
import { withBiases } from "../models/policy.testing";
import type { NewModelSpec } from "../recipes/schema";
import { decodeStepwise } from "./decode-stepwise";
import { decodedBy } from "./decode.testing";
import { plainSampling } from "./generate";
import { disposeReadPrompts, readPrompts } from "./read-prompts";
import { sampleToken } from "../engine/composed/sample-token";
import { fused, useFusedOperations } from "../engine/fused-operations";
import type { DecodeRequest, Decoded, Decoding } from "../engine/fused-operations";
import { cacheBytes, decodeCache } from "../engine/simd/decode-cache";
import { decodeOperations } from "../engine/simd/decode";
import { startSimd } from "../engine/simd/start";
import { testKernels } from "../engine/simd/kernels.testing";

const built = testKernels();
const threadCounts = [1, 2, 3];

beforeAll(() => {
  tf.enableProdMode();
});

async function start(threads: number): Promise<void> {
  useFusedOperations((await startSimd(built.file, threads)).operations);
}

const models: Record<string, Partial<NewModelSpec>> = {
  "grouped-query heads, norms on queries and keys": { num_attention_heads: 4, num_key_value_heads: 2, qk_norm: true },
  "as many key heads, no norms": { num_attention_heads: 2, qk_norm: false },
  "widths that are no multiples of a panel": { hidden_size: 20, num_attention_heads: 5, intermediate_size: 13 },
};
const modelOf = (spec: Partial<NewModelSpec>, seed: number): Policy =>
  newPolicy(
    {
      num_hidden_layers: 2,
      hidden_size: 16,
      num_attention_heads: 4,
      intermediate_size: 24,
      qk_norm: true,
      max_position_embeddings: 128,
      rope_theta: 10_000,
      ...spec,
    },
    Array.from("abc0123456789+-=;"),
    seed,
  );

function requestOf(policy: Policy, groups: number, settings: Partial<DecodeRequest> = {}): DecodeRequest {
  const samples = settings.samples ?? 5;
  const most = settings.max_completion_length ?? 24;
  const random = randomStream("decode", groups, samples);
  return {
    ...plainSampling,
    samples,
    max_completion_length: most,
    uniforms: Float64Array.from({ length: groups * samples * most }, () => random()),
    stops: policy.tokenizer.stops,
    ...settings,
  };
}

/** What was written of the outputs, sequence by sequence. */
const written = ({ lengths, tokens, logprobs, entropy }: Decoded, most: number) =>
  Array.from(lengths, (length, sequence) => {
    const of = (values: Float32Array | Int32Array): number[] =>
      Array.from(values.slice(sequence * most, sequence * most + length));
    return { tokens: of(tokens), logprobs: of(logprobs), entropy: of(entropy) };
  });

const prompts = ["a6b+4=", "a", "a1b+2c-3=", "b9", "c7-2="];

const policies: [string, () => Policy][] = [
  ...Object.entries(models).map(([name, spec]): [string, () => Policy] => [name, () => modelOf(spec, 5)]),
  ["biases", () => withBiases(modelOf({ hidden_size: 20, num_attention_heads: 5, intermediate_size: 13 }, 5), 3)],
];
test.each(policies)("the kernel draws what the model draws token by token: %s", async (_, make) => {
  for (const threads of threadCounts) {
    await start(threads);
    const policy = make();
    const ids = prompts.map((prompt) => policy.tokenizer.encode(prompt));
    const read = readPrompts(policy, ids);
    for (const settings of [{}, { temperature: 0.7, top_k: 6, top_p: 0.9, min_p: 0.05 }, { uniforms: null }]) {
      const request = requestOf(policy, ids.length, settings);
      const most = request.max_completion_length;
      const expected = written(decodedBy(decodeStepwise(policy, read, request)), most);
      const actual = written(decodedBy(fused().decode(decoderOf(policy), read, request)), most);
      expect(actual.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
      // Greedy ones may all be as long as allowed.
      if (request.uniforms) expect(new Set(actual.map(({ tokens }) => tokens.length)).size).toBeGreaterThan(1);
      actual.forEach(({ logprobs, entropy }, sequence) => {
        logprobs.forEach((value, token) => expect(value).toBeCloseTo(expected[sequence]!.logprobs[token]!, 4));
        entropy.forEach((value, token) => expect(value).toBeCloseTo(expected[sequence]!.entropy[token]!, 4));
      });
    }
    disposeReadPrompts(read);
  }
});

test("more sequences than rows of the workers: those that wait become what they are alone, bit for bit, on any threads", async () => {
  const results: Decoded[] = [];
  for (const threads of threadCounts) {
    await start(threads);
    const policy = modelOf({}, 7);
    const ids = Array.from({ length: 60 }, (_, index) => policy.tokenizer.encode(prompts[index % prompts.length]!));
    const request = requestOf(policy, ids.length, { max_completion_length: 12 });
    const read = readPrompts(policy, ids);
    results.push(decodedBy(fused().decode(decoderOf(policy), read, request)));
    disposeReadPrompts(read);
  }
  for (const other of results.slice(1)) expect(written(other, 12)).toEqual(written(results[0]!, 12));

  await start(1);
  const policy = modelOf({}, 7);
  const all = requestOf(policy, 60, { max_completion_length: 12 });
  for (const sequence of [0, 131, 299]) {
    const prompt = policy.tokenizer.encode(prompts[Math.floor(sequence / 5) % prompts.length]!);
    const read = readPrompts(policy, [prompt]);
    const uniforms = all.uniforms!.slice(sequence * 12, (sequence + 1) * 12);
    const alone = decodedBy(fused().decode(decoderOf(policy), read, { ...all, samples: 1, uniforms }));
    disposeReadPrompts(read);
    expect(written(alone, 12)[0]).toEqual(written(results[0]!, 12)[sequence]);
  }
});

const piece = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(Infinity));

test("few blocks of keys and values, or many: sequences wait, or are drawn again, and become the same, bit for bit", async () => {
  const policies = [modelOf({}, 7), modelOf({ num_attention_heads: 4, num_key_value_heads: 2 }, 9)];
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        policy: fc.constantFrom(...policies.keys()),
        threads: fc.constantFrom(...threadCounts),
        groups: fc.integer({ min: 1, max: 5 }),
        samples: fc.integer({ min: 1, max: 9 }),
        most: fc.constantFrom(1, 4, 5, 31, 32, 33, 70, 100),
        // Of the smallest budget, which holds one sequence for each worker, up to all.
        share: fc.constantFrom(0, 0, 1.3, 2, 3),
        stopped: fc.boolean(),
        pieces: fc.array(piece, { minLength: 1, maxLength: 6 }),
      }),
      async ({ policy: index, threads, groups, samples, most, share, stopped, pieces }) => {
        const { backend, kernels, jobs } = await startSimd(built.file, threads);
        useFusedOperations((await startSimd(built.file, threads)).operations);
        const made = policies[index]!;
        const { config, tokenizer } = made;
        const policy = createPolicy(config, toArrays(made.weights), tokenizer);
        const ids = prompts.slice(0, groups).map((prompt) => tokenizer.encode(prompt));
        const request = requestOf(policy, groups, {
          samples,
          max_completion_length: most,
          // Without one all are as long as allowed, and ask for their blocks at once.
          stops: stopped ? tokenizer.stops : [],
        });
        const read = readPrompts(policy, ids);
        const keyWidth = config.num_key_value_heads * config.head_dim;
        const work = { sequences: groups * samples, most, layers: 2, keyWidth, threads };
        const least = decodeCache(work, 0);
        const budget = share * least.workers * least.blocks * least.blockBytes;
        const { decode } = decodeOperations({ backend, kernels, jobs }, budget);
        const few = written(decodedBy(decode(decoderOf(policy), read, request), pieces), most);
        expect(few).toEqual(written(decodedBy(fused().decode(decoderOf(policy), read, request)), most));
        disposeReadPrompts(read);
        disposePolicy(policy);
      },
    ),
    { numRuns: 60 },
  );
});

test("short completions leave room for others where the longest could be long", () => {
  const smol = { sequences: 32, most: 2048, layers: 30, keyWidth: 192, threads: 2 };
  const cache = decodeCache(smol);
  expect(cache).toMatchObject({ workers: 2, rows: 16, positions: 32 });
  expect(cacheBytes(cache)).toBeLessThanOrEqual(2 ** 29);
  // One sequence of the longest has room even where the budget is less.
  expect(decodeCache({ ...smol, most: 100_000 })).toMatchObject({ rows: 16, blocks: 3125 });
  expect(decodeCache({ ...smol, most: 8 }).positions).toBe(8);
});

test("token by token, few places in the cache give what many give", async () => {
  await start(1);
  const policy = modelOf({}, 3);
  const ids = prompts.map((prompt) => policy.tokenizer.encode(prompt));
  const request = requestOf(policy, ids.length);
  const read = readPrompts(policy, ids);
  const all = decodedBy(decodeStepwise(policy, read, request));
  for (const slots of [1, 3, 7]) expect(decodedBy(decodeStepwise(policy, read, request, slots))).toEqual(all);
  disposeReadPrompts(read);
});

test.each(["kernel", "stepwise"] as const)(
  "pieces of any size, ends and insertions between them give the same bits (%s)",
  async (how) => {
    for (const threads of how === "kernel" ? threadCounts : [1]) {
      await start(threads);
      const policy = modelOf({}, 7);
      const ids = Array.from({ length: how === "kernel" ? 40 : 5 }, (_, index) =>
        policy.tokenizer.encode(prompts[index % prompts.length]!),
      );
      const inserted = policy.tokenizer.encode("a=b");
      const most = 24;
      const request = { ...requestOf(policy, ids.length, { max_completion_length: most }), inserted };
      const read = readPrompts(policy, ids);
      const begin = (): Decoding =>
        how === "kernel" ? fused().decode(decoderOf(policy), read, request)! : decodeStepwise(policy, read, request, 7);
      const whole = decodedBy(begin());
      /** Ends every third completion at six tokens, and puts tokens into every second at four, whenever it looks. */
      const marked = (pieces: readonly number[]): Decoded => {
        const decoding = begin();
        try {
          for (let at = 0; ; at++) {
            // Nothing may run past four or six between two looks.
            const { lengths } = decoding.decoded();
            const room = Array.from(lengths, (length) =>
              length < 4 ? 4 - Math.max(1, length) : length < 6 ? 6 - length : most,
            );
            const limit = Math.max(1, Math.min(...room, 3));
            if (decoding.advance(Math.min(limit, pieces[at % pieces.length]!))) break;
            decoding.decoded().lengths.forEach((length, sequence) => {
              if (length === 4 && sequence % 2 === 0) decoding.insert(sequence);
              if (length === 6 && sequence % 3 === 0) decoding.end(sequence);
            });
          }
          const { tokens, logprobs, entropy, lengths } = decoding.decoded();
          return {
            tokens: tokens.slice(),
            logprobs: logprobs.slice(),
            entropy: entropy.slice(),
            lengths: lengths.slice(),
          };
        } finally {
          decoding.dispose();
        }
      };
      const expected = marked([1]);
      for (const [sequence, { tokens, logprobs }] of written(expected, most).entries()) {
        const free = written(whole, most)[sequence]!.tokens;
        expect(tokens.slice(0, 4)).toEqual(free.slice(0, 4));
        if (free.length < 5) continue;
        if (sequence % 3 === 0) expect(tokens.length).toBeLessThanOrEqual(6);
        if (sequence % 2 === 0) {
          expect(tokens.slice(4, 7)).toEqual(inserted.slice(0, tokens.length - 4));
          expect(logprobs.slice(4, 7).every((value) => value === 0)).toBe(true);
        } else expect(tokens).toEqual(free.slice(0, tokens.length));
      }
      fc.assert(
        fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
          expect(written(decodedBy(begin(), pieces), most)).toEqual(written(whole, most));
          expect(written(marked(pieces), most)).toEqual(written(expected, most));
        }),
        { numRuns: how === "kernel" ? 12 : 3 },
      );
      disposeReadPrompts(read);
    }
  },
);

test("logits that are not numbers are said, and the other sequences go on", async () => {
  await start(2);
  const policy = modelOf({}, 3);
  const ids = prompts.map((prompt) => policy.tokenizer.encode(prompt));
  const read = readPrompts(policy, ids);
  const logits = read.logits.arraySync();
  logits[1]![3] = Number.NaN;
  logits[3]![0] = Infinity;
  const broken = { ...read, logits: tf.tensor2d(logits) };
  const { lengths } = decodedBy(
    fused().decode(decoderOf(policy), broken, requestOf(policy, ids.length, { samples: 1 })),
  );
  expect(Array.from(lengths, (length) => length < 0)).toEqual([false, true, false, true, false]);
  disposeReadPrompts(read);
});

test("the sampling kernel draws what the definition draws, at thresholds too", async () => {
  await start(1);
  const { kernels, backend } = await startSimd(built.file, 1);
  const at = (length: number): number => backend.pool.allocate(4 * length);
  const [logits, weights, out] = [at(64), at(64), at(2)];
  fc.assert(
    fc.property(
      // Equal ones or clearly apart, so that rounding does not decide what is a tie.
      fc.array(
        fc.integer({ min: -48, max: 48 }).map((value) => value / 4),
        { minLength: 1, maxLength: 61 },
      ),
      fc.record({
        temperature: fc.double({ min: 0.2, max: 3, noNaN: true }),
        top_k: fc.nat({ max: 10 }),
        top_p: fc.oneof(fc.constant(1), fc.double({ min: 0.05, max: 0.99, noNaN: true })),
        min_p: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 0.8, noNaN: true })),
      }),
      fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }),
      (values, { temperature, top_k, top_p, min_p }, uniform) => {
        const settings = { temperature, top_k, top_p, min_p };
        const vocabulary = values.length;
        backend.pool.floats(logits, vocabulary).set(values);
        const token = kernels.sampleToken(
          logits,
          vocabulary,
          1 / temperature,
          top_k,
          top_p,
          min_p,
          uniform,
          weights,
          out,
          out + 4,
        );
        // Float32 moves a boundary by its rounding: the definition must give this token at, just below or just above the number.
        const near = [uniform, uniform - 1e-5, uniform + 1e-5].flatMap((x) =>
          [1 - 1e-6, 1, 1 + 1e-6].map((factor) => {
            const moved = { ...settings, top_p: Math.min(1, top_p * factor), min_p: min_p * factor };
            return sampleToken(Float32Array.from(values), 0, vocabulary, moved, Math.min(Math.max(x, 0), 1 - 2 ** -53));
          }),
        );
        const expected = near.find((drawn) => drawn.token === token);
        expect(expected).toBeDefined();
        const [logprob, entropy] = backend.pool.floats(out, 2);
        expect(logprob).toBeCloseTo(expected!.logprob, 4);
        expect(entropy).toBeCloseTo(expected!.entropy, 4);
      },
    ),
    { numRuns: 500 },
  );
});
