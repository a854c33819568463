import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, test } from "vitest";
import { readRope, ropeFrequencies, rotaryTables, writeRope } from "./rope";
import type { RopeSettings } from "./rope";

beforeAll(() => tf.setBackend("cpu"));

const llama3 = { low_freq_factor: 1, high_freq_factor: 4 };

/** `inv_freq` of transformers 5.23's LlamaRotaryEmbedding, and the cosines and sines that it gives at position 7. */
const recorded: { settings: RopeSettings; frequencies: number[]; cosines: number[]; sines: number[] }[] = [
  {
    settings: { rope_type: "default", rope_theta: 10_000 },
    frequencies: [
      1, 0.3162277638912201, 0.10000000149011612, 0.03162277862429619, 0.009999999776482582, 0.003162277862429619,
      0.0010000000474974513, 0.0003162277862429619,
    ],
    cosines: [0.7539022564888, -0.5994374752044678, 0.7648422122001648, 0.9755998849868774, 0.9975510239601135],
    sines: [0.6569865942001343, 0.8004215955734253, 0.6442176699638367, 0.21955610811710358, 0.06994284689426422],
  },
  {
    settings: { rope_type: "linear", rope_theta: 500_000, factor: 4 },
    frequencies: [
      0.25, 0.04848068952560425, 0.009401507675647736, 0.001823166268877685, 0.0003535533614922315,
      6.856204709038138e-5, 1.3295739336172119e-5, 2.578346311565838e-6,
    ],
    cosines: [-0.17824605107307434, 0.9429662823677063, 0.9978352785110474, 0.9999185800552368, 0.9999969601631165],
    sines: [0.983985960483551, 0.3328882157802582, 0.06576305627822876, 0.012761817313730717, 0.0024748709984123707],
  },
  {
    settings: {
      rope_type: "llama3",
      rope_theta: 500_000,
      factor: 8,
      original_max_position_embeddings: 8192,
      ...llama3,
    },
    frequencies: [
      1, 0.193922758102417, 0.03760603070259094, 0.00729266507551074, 0.0005248460220173001, 3.428102354519069e-5,
      6.647869668086059e-6, 1.289173155782919e-6,
    ],
    cosines: [0.7539022564888, 0.2117224484682083, 0.9655513763427734, 0.9986972808837891, 0.9999932646751404],
    sines: [0.6569865942001343, 0.9773298501968384, 0.2602124512195587, 0.05102648586034775, 0.003673914121463895],
  },
  {
    settings: {
      rope_type: "llama3",
      rope_theta: 10_000,
      factor: 32,
      original_max_position_embeddings: 64,
      ...llama3,
    },
    frequencies: [
      1, 0.08983353525400162, 0.001450496376492083, 0.0003124999930150807, 6.732607289450243e-5, 1.4504967111861333e-5,
    ],
    cosines: [0.7539022564888, 0.8087134957313538, 0.9999484419822693, 0.999997615814209, 0.9999998807907104],
    sines: [0.6569865942001343, 0.5882027745246887, 0.010153300128877163, 0.00218749837949872, 0.0004712824884336442],
  },
];

test.each(recorded)("frequencies and angles are those of transformers: $settings", (one) => {
  const width = 2 * one.frequencies.length;
  ropeFrequencies(one.settings, width).forEach((frequency, pair) => {
    expect(frequency / one.frequencies[pair]!).toBeCloseTo(1, 6);
  });
  const { cosines, sines } = rotaryTables(one.settings, 8, width);
  expect(cosines.shape).toEqual([8, width / 2]);
  const last = (table: tf.Tensor2D): number[] => Array.from(table.dataSync()).slice(7 * (width / 2));
  one.cosines.forEach((cosine, pair) => expect(last(cosines)[pair]).toBeCloseTo(cosine, 6));
  one.sines.forEach((sine, pair) => expect(last(sines)[pair]).toBeCloseTo(sine, 6));
  tf.dispose([cosines, sines]);
});

const positions = { max_position_embeddings: 64 };
const scaling = { ...llama3, factor: 8, original_max_position_embeddings: 32 };
const written: [string, object, object][] = [
  ["nothing at all", {}, { rope_type: "default", rope_theta: 10_000 }],
  ["the base alone", { rope_theta: 5e5, rope_scaling: null }, { rope_type: "default", rope_theta: 5e5 }],
  [
    "older: type",
    { rope_theta: 5e5, rope_scaling: { type: "linear", factor: 2 } },
    { rope_type: "linear", rope_theta: 5e5, factor: 2 },
  ],
  [
    "older: rope_type",
    { rope_theta: 5e5, rope_scaling: { rope_type: "llama3", ...scaling } },
    { rope_type: "llama3", rope_theta: 5e5, ...scaling },
  ],
  [
    "newer",
    { rope_parameters: { rope_type: "llama3", rope_theta: 5e5, ...scaling } },
    { rope_type: "llama3", rope_theta: 5e5, ...scaling },
  ],
  [
    "newer, the base beside it",
    { rope_theta: 5e5, rope_parameters: { rope_type: "linear", factor: 2 } },
    { rope_type: "linear", rope_theta: 5e5, factor: 2 },
  ],
  [
    "without the original length",
    { rope_scaling: { rope_type: "llama3", ...llama3, factor: 8 } },
    { rope_type: "llama3", rope_theta: 10_000, ...scaling, original_max_position_embeddings: 64 },
  ],
  [
    "the original length beside it",
    { original_max_position_embeddings: 16, rope_scaling: { rope_type: "llama3", ...scaling } },
    { rope_type: "llama3", rope_theta: 10_000, ...scaling, original_max_position_embeddings: 16 },
  ],
];
test.each(written)("%s: read, and the same when it was written and read again", (_, fields, expected) => {
  const rope = readRope({ ...positions, ...fields }, "config.json");
  expect(rope).toEqual(expected);
  expect(readRope({ ...positions, ...writeRope(rope) }, "config.json")).toEqual(expected);
  const { rope_parameters } = writeRope(rope);
  expect(readRope({ ...positions, rope_parameters } as Parameters<typeof readRope>[0], "f")).toEqual(expected);
});

test.each([
  [
    { rope_scaling: { type: "yarn", factor: 2 } },
    /rope_scaling\.rope_type: must be default, linear or llama3, not "yarn"/,
  ],
  [{ rope_parameters: { rope_type: "dynamic" } }, /rope_parameters\.rope_type: must be .*, not "dynamic"/],
  [{ rope_scaling: { type: "linear" } }, /rope_scaling\.factor: /],
  [{ rope_scaling: { type: "llama3", factor: 8, high_freq_factor: 4 } }, /rope_scaling\.low_freq_factor: /],
  [{ partial_rotary_factor: 0.5 }, /partial_rotary_factor: must be 1/],
  [{ rope_parameters: { rope_type: "default", partial_rotary_factor: 0.5 } }, /partial_rotary_factor: must be 1/],
])("%j is refused by file and field", (fields, message) => {
  const read = () => readRope({ ...positions, ...fields }, "folder/config.json");
  expect(read).toThrow(message);
  expect(read).toThrow(/^folder\/config\.json: /);
});
