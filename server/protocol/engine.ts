/** What is said about the TensorFlow engine: by its probe, by the language server to the editor, by the command line to scripts. */
import * as z from "zod";
import { sizeText } from "../shared/size-text";

/** Which TensorFlow: for the processor alone, or also for NVIDIA GPUs. */
export const engineVariants = ["cpu", "cuda"] as const;
export type EngineVariant = (typeof engineVariants)[number];

/** Rows × inner × columns of a product of matrices. */
const productShapeSchema = z.tuple([z.int(), z.int(), z.int()]).readonly();
export type ProductShape = z.infer<typeof productShapeSchema>;

/** How fast a product of matrices was. */
export const measuredProductSchema = z.object({
  shape: productShapeSchema,
  /** Thousand million floating-point operations a second. */
  gflops: z.number(),
});
export type MeasuredProduct = Readonly<z.infer<typeof measuredProductSchema>>;

/** What is measured: a batch of 256 tokens in SmolLM2-135M's layers (hidden × intermediate), and at its output (hidden × vocabulary). */
export const measuredShapes: readonly ProductShape[] = [
  [256, 576, 1536],
  [256, 576, 49_152],
];

/** `256 × 576 × 49,152 at 138 GFLOP/s` */
export const productText = ({ shape, gflops }: MeasuredProduct): string =>
  `${shape.map((size) => size.toLocaleString("en")).join(" × ")} at ${gflops >= 10 ? Math.round(gflops).toLocaleString("en") : gflops.toPrecision(2)} GFLOP/s`;

const gpuSchema = z.object({
  name: z.string(),
  /** Of its memory what TensorFlow may use, in bytes. */
  memory: z.number(),
});
export type Gpu = Readonly<z.infer<typeof gpuSchema>>;

/** What the probe found out by loading an installed engine in a process of its own. */
export const probeResultSchema = z.object({
  /** Whether it loads and computes a known gradient. */
  works: z.boolean(),
  /** Of the library that was loaded. */
  version: z.string().nullable(),
  /** What operations run on; null when it does not work. */
  device: z.enum(["cpu", "gpu"]).nullable(),
  /** GPUs as TensorFlow reports them. One that was tested by an earlier version has none here until it is tested again. */
  gpus: z.array(gpuSchema).catch([]),
  /** Products that were timed on that device; none by an earlier version. */
  products: z.array(measuredProductSchema).default([]),
  /** What is wrong and what to do about it, as sentences for people. A CUDA engine that falls back to the processor works and has a problem. */
  problem: z.string().nullable(),
  seconds: z.number(),
});
export type ProbeResult = z.infer<typeof probeResultSchema>;

const gpuText = ({ name, memory }: Gpu): string => `${name}, ${sizeText(memory)} to use`;

/** `CPU`, or `GPU (NVIDIA H100 80GB HBM3, 79.7 GB to use)` */
export const deviceText = ({ device, gpus }: Pick<ProbeResult, "device" | "gpus">): string => {
  const named = gpus.map(gpuText).join("; ");
  return `${device === "gpu" ? "GPU" : "CPU"}${named === "" ? "" : ` (${named})`}`;
};

/** A sentence behind others; empty where nothing was measured. */
export const measuredText = ({ products }: Pick<ProbeResult, "products">): string =>
  products.length === 0 ? "" : ` It multiplies ${products.map(productText).join(", ")}.`;

export const installedEngineSchema = z.object({
  variant: z.enum(engineVariants),
  version: z.string(),
  folder: z.string(),
  /** Absolute path of the native binding. */
  binding: z.string(),
  /** Size on disk. */
  bytes: z.number(),
  /** The newest probe; null when none has ended. */
  probe: probeResultSchema.nullable(),
});
export type InstalledEngine = Readonly<z.infer<typeof installedEngineSchema>>;

/** A TensorFlow that works, for who trains with it. */
export const usableEngineSchema = z.object({
  /** Absolute path of the native binding. */
  binding: z.string(),
  device: z.enum(["cpu", "gpu"]),
  /** What its probe measured, for people: {@link testedText}. */
  tested: z.string().optional(),
});
export type UsableEngine = Readonly<z.infer<typeof usableEngineSchema>>;

/** `NVIDIA H100 80GB HBM3, 79.7 GB to use; 256 × 576 × 1,536 at 21,000 GFLOP/s, …`; undefined: nothing was measured. */
export function testedText({ gpus, products }: Pick<ProbeResult, "gpus" | "products">): string | undefined {
  const parts = [...gpus.map(gpuText), products.map(productText).join(", ")].filter((part) => part !== "");
  return parts.length === 0 ? undefined : parts.join("; ");
}

/** What an installation is doing. */
export const setupProgressSchema = z.object({
  phase: z.enum(["looking", "downloading", "verifying", "unpacking", "building", "testing"]),
  /** File name of what is downloaded, verified or unpacked; empty in other phases. */
  file: z.string(),
  /** Bytes; null where there is nothing to count. */
  done: z.number().nullable(),
  total: z.number().nullable(),
});
export type SetupProgress = Readonly<z.infer<typeof setupProgressSchema>>;

/** What can be set up on this machine. */
export const engineOfferSchema = z.object({
  variant: z.enum(engineVariants),
  /** Roughly, in bytes: CUDA libraries come on top of the library in whatever version the index has. */
  download: z.number(),
  disk: z.number(),
  /** Why this variant cannot be set up here; null: it can. */
  obstacle: z.string().nullable(),
});
export type EngineOffer = Readonly<z.infer<typeof engineOfferSchema>>;

/** Probe process → who started it, as one line of JSON. */
export const probeReportSchema = z.object({
  version: z.string().nullable(),
  device: z.enum(["cpu", "gpu"]).nullable(),
  /** Why it does not load, or where its known answer is wrong. */
  problem: z.string().nullable(),
  products: z.array(measuredProductSchema),
  /** Libraries of CUDA that cannot be loaded, by file name; empty where a GPU is used or not wanted. */
  missing: z.array(z.string()),
});
export type ProbeReport = z.infer<typeof probeReportSchema>;
