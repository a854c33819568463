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

export interface InstalledEngine {
  readonly variant: EngineVariant;
  readonly version: string;
  readonly folder: string;
  /** Absolute path of the native binding. */
  readonly binding: string;
  /** Size on disk. */
  readonly bytes: number;
  /** The newest probe; null when none has ended. */
  readonly probe: ProbeResult | null;
}

/** What an installation is doing. */
export interface SetupProgress {
  readonly phase: "looking" | "downloading" | "verifying" | "unpacking" | "building" | "testing";
  /** File name of what is downloaded, verified or unpacked; empty in other phases. */
  readonly file: string;
  /** Bytes; null where there is nothing to count. */
  readonly done: number | null;
  readonly total: number | null;
}

/** What can be set up on this machine. */
export interface EngineOffer {
  readonly variant: EngineVariant;
  /** Roughly, in bytes: CUDA libraries come on top of the library in whatever version the index has. */
  readonly download: number;
  readonly disk: number;
  /** Why this variant cannot be set up here; null: it can. */
  readonly obstacle: string | null;
}

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
