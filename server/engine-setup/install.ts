/** Sets TensorFlow up: downloads, unpacks, builds, tests. What is done already is not done again. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { EngineVariant, InstalledEngine, SetupProgress } from "../protocol/engine";
import { bindingName, makeBinding, planBinding } from "./binding";
import type { BindingPlan, BindingSource } from "./binding";
import { linkCudaLibraries } from "./cuda-libraries";
import { withLock } from "./lock";
import { thisMachine, type Machine } from "./machine";
import { engineFolder, installedEngines, readManifest, writeManifest, writeProbe } from "./manifest";
import { cudaLibraries, pinnedWheel, tensorflowVersion, type PinnedWheel } from "./pinned-wheels";
import { readPipSettings, type PipSettings } from "./pip-settings";
import { arrivedBytes, placeCudaLibraries, placeTensorflow, unpackedOf, type Site } from "./place-wheels";
import { probeEngine } from "./probe";
import { SetupError } from "./setup-error";
import { freeBytes, needSpace, type FreeBytes } from "./space";
import { openWeb } from "./web";

export interface TestOptions {
  /** `dist/`: the probe, and the sources of the binding. */
  readonly distFolder: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: SetupProgress) => void;
}

export interface InstallOptions extends TestOptions {
  /** Folder of engines. */
  readonly engines: string;
  readonly variant: EngineVariant;
  readonly machine?: Machine;
  readonly environment?: NodeJS.ProcessEnv;
  readonly pip?: PipSettings;
  readonly free?: FreeBytes;
  /** In place of the wheel that is pinned for the machine. */
  readonly wheel?: PinnedWheel;
}

const step = (phase: SetupProgress["phase"]): SetupProgress => ({ phase, file: "", done: null, total: null });

/**
 * Sets an engine up and tests it; one that is installed already is only tested. Throws SetupError with what to do; an abort or an error keeps
 * what has been downloaded. An engine that does not pass its test is returned too: its probe says what is wrong.
 */
export function installEngine(options: InstallOptions): Promise<InstalledEngine> {
  return withLock(options.engines, async () => {
    const folder = engineFolder(options.engines, tensorflowVersion, options.variant);
    if (readManifest(folder)) return testEngine(folder, options);
    const source: BindingSource = {
      folder: join(options.distFolder, "tensorflow"),
      machine: options.machine ?? thisMachine(),
      environment: options.environment ?? process.env,
    };
    const wheel = options.wheel ?? pinnedWheel(source.machine, options.variant);
    options.progress(step("looking"));
    // What cannot be built shall be known before hundreds of megabytes have come.
    const plan = await planBinding(source);
    await layDown(options, folder, source, wheel, plan);
    const engine = await testEngine(folder, options);
    if (plan.how === "compiled" || engine.probe?.works !== false) return engine;
    // A binding that was built elsewhere may need a newer system than this one.
    const compiled = await planBinding(source, { prebuilt: false }).catch(() => null);
    if (!compiled) return engine;
    options.progress(step("building"));
    await makeBinding(compiled, source, folder, options.signal);
    return testEngine(folder, options);
  });
}

async function layDown(
  { engines, variant, signal, progress, pip = readPipSettings(), free = freeBytes }: InstallOptions,
  folder: string,
  source: BindingSource,
  wheel: PinnedWheel,
  plan: BindingPlan,
): Promise<void> {
  const downloads = join(engines, "downloads");
  const { machine, environment } = source;
  if (!unpackedOf(folder, wheel)) {
    const unpacked = wheel.unpackedBytes + (variant === "cuda" ? cudaLibraries.unpackedBytes : 0);
    await needSpace(engines, wheel.bytes - arrivedBytes(downloads, wheel.filename) + unpacked, free);
  }
  await mkdir(folder, { recursive: true });
  const web = openWeb(pip, environment);
  const site: Site = { folder, downloads, web, pip, machine, environment, free, signal, progress };
  try {
    const tensorflow = await placeTensorflow(site, wheel);
    const cuda = variant === "cuda" ? await placeCudaLibraries(site, tensorflow) : { wheels: [], system: [] };
    if (variant === "cuda") await linkCudaLibraries(folder);
    progress(step("building"));
    await makeBinding(plan, source, folder, signal);
    const wheels = [tensorflow, ...cuda.wheels];
    writeManifest(folder, {
      format: 1,
      version: tensorflowVersion,
      variant,
      wheels,
      made: plan.how,
      binding: bindingName,
      system: [...cuda.system],
      bytes: wheels.flatMap(({ files }) => files).reduce((sum, { bytes }) => sum + bytes, 0),
      installed: new Date().toISOString(),
    });
    if ((await readdir(downloads).catch(() => ["?"])).length === 0) await rm(downloads, { recursive: true });
  } finally {
    await web.close();
  }
}

/** Tests an installed engine and keeps what came out. Throws when the folder holds none. */
export async function testEngine(
  folder: string,
  { distFolder, signal, progress }: TestOptions,
): Promise<InstalledEngine> {
  const manifest = readManifest(folder);
  if (!manifest) throw new SetupError(`${folder} holds no engine. Set it up first.`);
  progress(step("testing"));
  const { version, variant, bytes } = manifest;
  const binding = join(folder, manifest.binding);
  const probe = await probeEngine({ script: join(distFolder, "engine-probe.js"), binding, variant, signal });
  writeProbe(folder, probe);
  return { version, variant, folder, binding, bytes, probe };
}

/** Deletes engines, whole or begun, and what was downloaded for them. Returns their folders. `variant` null: all of them. */
export function removeEngines(engines: string, variant: EngineVariant | null): Promise<readonly string[]> {
  return withLock(engines, async () => {
    const names = (await readdir(engines)).filter(
      (name) => /^tensorflow-/.test(name) && (variant === null || name.endsWith(`-${variant}`)),
    );
    const folders = names.map((name) => join(engines, name));
    for (const folder of folders) {
      // Without its manifest a folder counts as no engine, should the rest not be deleted to the end.
      await rm(join(folder, "engine.json"), { force: true });
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
    if (installedEngines(engines).length === 0) await rm(join(engines, "downloads"), { recursive: true, force: true });
    return folders;
  });
}
