/** What is said about the TensorFlow engine: by its probe, by the language server to the editor, by the command line to scripts. */
import * as z from "zod";

/** Which TensorFlow: for the processor alone, or also for NVIDIA GPUs. */
export const engineVariants = ["cpu", "cuda"] as const;
export type EngineVariant = (typeof engineVariants)[number];

/** What the probe found out by loading an installed engine in a process of its own. */
export const probeResultSchema = z.object({
  /** Whether it loads and computes a known gradient. */
  works: z.boolean(),
  /** Of the library that was loaded. */
  version: z.string().nullable(),
  /** What operations run on; null when it does not work. */
  device: z.enum(["cpu", "gpu"]).nullable(),
  /** Names of GPUs as TensorFlow reports them. */
  gpus: z.array(z.string()),
  /** What is wrong and what to do about it, as sentences for people. A CUDA engine that falls back to the processor works and has a problem. */
  problem: z.string().nullable(),
  seconds: z.number(),
});
export type ProbeResult = z.infer<typeof probeResultSchema>;

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
  /** Libraries of CUDA that cannot be loaded, by file name; empty where a GPU is used or not wanted. */
  missing: z.array(z.string()),
});
export type ProbeReport = z.infer<typeof probeReportSchema>;
