/** `engine.json`: written last, so that a folder that has it is whole. `probe.json` beside it holds what the newest probe said. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { isFolder } from "../files/workspace-file";
import { engineVariants, probeResultSchema, testedText } from "../protocol/engine";
import type { EngineVariant, InstalledEngine, ProbeResult, UsableEngine } from "../protocol/engine";
import { replaceFile } from "../runs/atomic-file";

const unpackedWheelSchema = z.object({
  filename: z.string(),
  sha256: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number() })),
});
/** A wheel whose chosen files lie in the folder. */
export type UnpackedWheel = z.infer<typeof unpackedWheelSchema>;

const manifestSchema = z.object({
  format: z.literal(1),
  version: z.string(),
  variant: z.enum(engineVariants),
  /** Path of the native binding within the folder. */
  binding: z.string(),
  made: z.enum(["compiled", "prebuilt"]),
  wheels: z.array(unpackedWheelSchema),
  /** CUDA libraries that are the system's, by project. */
  system: z.array(z.string()),
  bytes: z.number(),
  installed: z.iso.datetime(),
});
export type Manifest = z.infer<typeof manifestSchema>;

const manifestFile = (folder: string): string => join(folder, "engine.json");
const probeFile = (folder: string): string => join(folder, "probe.json");
/** What has been unpacked so far: an installation that was cut off goes on from there. */
const unpackedFile = (folder: string): string => join(folder, "unpacked.json");

/** A file's JSON, or null when there is none or it is of another version. */
function readJson<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}

const writeJson = (path: string, value: unknown): void => replaceFile(path, `${JSON.stringify(value, null, 2)}\n`);

export const engineFolder = (engines: string, version: string, variant: EngineVariant): string =>
  join(engines, `tensorflow-${version}-${variant}`);

/** Null when the folder holds no whole engine. */
export function readManifest(folder: string): Manifest | null {
  const manifest = readJson(manifestFile(folder), manifestSchema);
  return manifest && existsSync(join(folder, manifest.binding)) ? manifest : null;
}
export const writeManifest = (folder: string, manifest: Manifest): void => writeJson(manifestFile(folder), manifest);

export const readUnpacked = (folder: string): readonly UnpackedWheel[] =>
  readJson(unpackedFile(folder), z.array(unpackedWheelSchema)) ?? [];
export const writeUnpacked = (folder: string, wheels: readonly UnpackedWheel[]): void =>
  writeJson(unpackedFile(folder), wheels);

export const readProbe = (folder: string): ProbeResult | null => readJson(probeFile(folder), probeResultSchema);
export const writeProbe = (folder: string, result: ProbeResult): void => writeJson(probeFile(folder), result);

/** The whole engines of a folder. */
export function installedEngines(engines: string): readonly InstalledEngine[] {
  const names = isFolder(engines) ? readdirSync(engines).filter((name) => name.startsWith("tensorflow-")) : [];
  return names.sort().flatMap((name) => {
    const folder = join(engines, name);
    const manifest = readManifest(folder);
    if (!manifest) return [];
    const { variant, version, bytes, binding } = manifest;
    return [{ variant, version, folder, binding: join(folder, binding), bytes, probe: readProbe(folder) }];
  });
}

export interface UsableTensorflow {
  /** The engine to train with; null: none is installed, or none works. */
  readonly tensorflow: UsableEngine | null;
  /** Why none of the installed engines can be used; null where one can, or none is installed. */
  readonly tensorflowProblem: string | null;
}

/** Of the installed engines one that works: on a GPU before one on the processor, the smaller one of two. */
export function usableTensorflow(engines: readonly InstalledEngine[]): UsableTensorflow {
  const working = engines.flatMap(({ binding, bytes, probe }) =>
    probe?.works && probe.device ? [{ binding, bytes, device: probe.device, tested: testedText(probe) }] : [],
  );
  working.sort((a, b) => Number(b.device === "gpu") - Number(a.device === "gpu") || a.bytes - b.bytes);
  const [best] = working;
  if (best) {
    const { binding, device, tested } = best;
    return { tensorflow: { binding, device, ...(tested === undefined ? {} : { tested }) }, tensorflowProblem: null };
  }
  const [first] = engines;
  const why = first?.probe?.problem ?? "It was not tested completely: set it up again to test it.";
  return { tensorflow: null, tensorflowProblem: first ? `It is installed in ${first.folder}. ${why}` : null };
}
