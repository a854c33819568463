import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { DecodeRequest, Decoder, DecoderLayer, FusedOperations, ReadPrompts } from "../fused-operations";
import { vectorised } from "./attention";
import { kernelCall, part } from "./kernel-call";
import type { SimdContext } from "./context";
import { cacheBytes, decodeCache } from "./decode-cache";
import { createPanels, type Panels, type PanelsInUse } from "./panels";
import { largestOf } from "../../shared/extremes";

const wordBytes = 4;

/**
 * The decoding kernel: threads take sequences from one queue, and none waits for another. Tensors of another backend are copied for as long
 * as they are decoded from.
 */
export function decodeOperations(
  context: SimdContext,
  cacheBudget?: number,
): Pick<FusedOperations, "decode" | "keepWeights"> {
  const panels = createPanels(context);
  return { decode: decodeOperation(context, panels, cacheBudget), keepWeights: () => panels.keep() };
}

function decodeOperation(
  { backend, kernels, jobs }: SimdContext,
  panels: Panels,
  cacheBudget: number | undefined,
): FusedOperations["decode"] {
  const { pool } = backend;
  return (decoder, prompts, request) => {
    if (!vectorised(decoder.shape)) return null;
    const blocks: number[] = [];
    const place: Place = {
      allocate(bytes) {
        const address = pool.allocate(bytes);
        blocks.push(address);
        return address;
      },
      words(values) {
        const address = this.allocate(values.length * wordBytes);
        pool.integers(address, values.length).set(values);
        return address;
      },
      tensor(tensor) {
        if (backend.holds(tensor)) return backend.address(tensor);
        const values = tensor.dataSync<"float32">();
        const address = this.allocate(values.byteLength);
        pool.floats(address, values.length).set(values);
        return address;
      },
    };
    const weights = panels.use();
    const dispose = (): void => {
      for (const block of blocks.splice(0)) pool.free(block);
      weights.release();
    };
    try {
      const sequences = prompts.lengths.length * request.samples;
      const most = request.max_completion_length;
      const { layers, shape } = decoder;
      const work = { sequences, most, layers: layers.length, keyWidth: shape.keyHeads * shape.width };
      const cache = decodeCache({ ...work, threads: jobs.threads }, cacheBudget);
      const { workers } = cache;
      const { inserted = [] } = request;

      const uniforms = request.uniforms ? place.allocate(request.uniforms.byteLength) : 0;
      if (request.uniforms) pool.doubles(uniforms, request.uniforms.length).set(request.uniforms);
      const tokens = place.allocate(sequences * most * wordBytes);
      const logprobs = place.allocate(sequences * most * wordBytes);
      const entropy = place.allocate(sequences * most * wordBytes);
      const filled = (count: number, value: number): number => place.words(Array.from({ length: count }, () => value));
      const lengths = filled(sequences, 0);
      const ended = filled(sequences, 0);
      const insertedAt = filled(sequences, -1);
      const active = filled(workers, -1);
      const paused = place.words([0]);
      // The fields of `Decoding` in kernels/decode.ts, in their order.
      const words = [
        ...modelWords(decoder, prompts, place, weights),
        ...requestWords(request, prompts, uniforms, place),
        place.words([0]),
        cache.rows,
        cache.positions,
        cache.blocks,
        place.allocate(cacheBytes(cache)),
        0,
        0,
        tokens,
        logprobs,
        entropy,
        lengths,
        ended,
        insertedAt,
        place.words(inserted),
        inserted.length,
        active,
        0,
        paused,
      ];
      const decoding = place.words(words);
      const scratchBytes = kernels.decodeScratch(decoding);
      kernels.useScratch(decoding, place.allocate(workers * scratchBytes), scratchBytes);
      const roundsAt = decoding + (words.length - 2) * wordBytes;
      const lengthOf = (sequence: number): number => pool.integers(lengths, sequences)[sequence]!;

      return {
        decoded: () => ({
          tokens: pool.integers(tokens, sequences * most),
          logprobs: pool.floats(logprobs, sequences * most),
          entropy: pool.floats(entropy, sequences * most),
          lengths: pool.integers(lengths, sequences),
        }),
        advance(rounds) {
          // More than a completion can have is as good as all.
          pool.integers(roundsAt, 1)[0] = Math.min(rounds, sequences * most);
          pool.integers(paused, 1)[0] = 0;
          jobs.run({
            ...kernelCall("decode", { decoding, first: part.first, last: part.last }),
            count: workers,
            multiple: 1,
            work: Math.max(sequences * most * decoder.embedding.size, 1e9),
          });
          return pool.integers(active, workers).every((rows) => rows === 0);
        },
        end(sequence) {
          pool.integers(ended, sequences)[sequence] = 1;
        },
        insert(sequence) {
          pool.integers(insertedAt, sequences)[sequence] = lengthOf(sequence);
        },
        dispose,
      };
    } catch (error) {
      dispose();
      throw error;
    }
  };
}

/** Where things lie in the kernels' memory for the time of a call. */
interface Place {
  allocate(bytes: number): number;
  words(values: readonly number[]): number;
  tensor(tensor: Tensor): number;
}

/** The bits of a float32, as they stand in a field of four bytes. */
function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!;
}

function modelWords(decoder: Decoder, prompts: ReadPrompts, place: Place, weights: PanelsInUse): number[] {
  const { layers, shape, ...model } = decoder;
  return [
    layers.length,
    place.words(layers.flatMap((layer, index) => layerWords(layer, decoder, prompts, index, place, weights))),
    model.embedding.shape[1],
    shape.heads,
    shape.keyHeads,
    shape.width,
    layers[0]?.gate.shape[0] ?? 0,
    model.outputTable.shape[0],
    floatBits(model.epsilon),
    weights.plain(model.embedding),
    weights.plain(model.finalNorm),
    weights.packed(model.outputTable, null),
    layers[0]?.queryNorm?.size ?? shape.width,
    layers[0]?.keyNorm?.size ?? shape.width,
    floatBits(model.embeddingScale),
    model.activation === "silu" ? 0 : 1,
  ];
}

/** The fields of `Layer`. */
function layerWords(
  layer: DecoderLayer,
  { adapters }: Decoder,
  prompts: ReadPrompts,
  index: number,
  place: Place,
  weights: PanelsInUse,
): number[] {
  const plain = (tensor: Tensor | null): number => (tensor ? weights.plain(tensor) : 0);
  const packed = (weight: Tensor2D): number => weights.packed(weight, adapters.get(weight) ?? null);
  return [
    plain(layer.inputNorm),
    ...[layer.query, layer.key, layer.value].map(packed),
    ...[layer.queryBias, layer.keyBias, layer.valueBias, layer.queryNorm, layer.keyNorm].map(plain),
    packed(layer.output),
    ...[layer.outputBias, layer.attentionNorm, layer.feedNorm].map(plain),
    ...[layer.gate, layer.up, layer.down].map(packed),
    ...[layer.gateBias, layer.upBias, layer.downBias, layer.outputNorm].map(plain),
    ...[layer.rotary?.cosines ?? null, layer.rotary?.sines ?? null].map(plain),
    layer.window ?? 0,
    place.tensor(prompts.keys[index]!),
    place.tensor(prompts.values[index]!),
  ];
}

function requestWords(
  request: DecodeRequest,
  { lengths, logits }: ReadPrompts,
  uniforms: number,
  place: Place,
): number[] {
  let start = 0;
  const table = lengths.flatMap((length) => {
    const entry = [start, length];
    start += length;
    return entry;
  });
  return [
    lengths.length * request.samples,
    request.samples,
    place.words(table),
    place.tensor(logits),
    request.max_completion_length,
    largestOf(lengths),
    floatBits(1 / request.temperature),
    request.top_k,
    floatBits(request.top_p),
    floatBits(request.min_p),
    uniforms,
    place.words(request.stops),
    request.stops.length,
  ];
}
