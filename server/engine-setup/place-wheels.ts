/** Brings wheels into an engine's folder: found on an index, downloaded, unpacked, deleted. What lies there already stays. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { SetupProgress } from "../protocol/engine";
import { isOnSystem, newestWheel, systemLibraries } from "./cuda-libraries";
import { download } from "./download";
import type { Machine } from "./machine";
import { readUnpacked, writeUnpacked, type UnpackedWheel } from "./manifest";
import { isCudaMember, isTensorflowMember, type PinnedWheel } from "./pinned-wheels";
import type { PipSettings } from "./pip-settings";
import { extraRequirements } from "./requirements";
import { SetupError } from "./setup-error";
import { findFile, type IndexFile } from "./simple-index";
import { needSpace, type FreeBytes } from "./space";
import type { Web } from "./web";
import { unpack, unpackedBytes } from "./wheel";

/** Where wheels go, and what brings them. */
export interface Site {
  /** Of the engine. */
  readonly folder: string;
  /** Of files that are not whole yet. */
  readonly downloads: string;
  readonly web: Web;
  readonly pip: PipSettings;
  readonly machine: Machine;
  readonly environment: NodeJS.ProcessEnv;
  readonly free: FreeBytes;
  readonly signal: AbortSignal;
  readonly progress: (progress: SetupProgress) => void;
}

interface WheelFile {
  readonly url: string;
  readonly filename: string;
  readonly sha256: string;
  readonly bytes: number | null;
}

/** What was unpacked of a wheel, when all of it is there still; else null. */
export function unpackedOf(
  folder: string,
  { filename, sha256 }: Pick<WheelFile, "filename" | "sha256">,
): UnpackedWheel | null {
  const known = readUnpacked(folder).find((wheel) => wheel.filename === filename && wheel.sha256 === sha256);
  const whole = known?.files.every(
    ({ path, bytes }) => statSync(join(folder, ...path.split("/")), { throwIfNoEntry: false })?.size === bytes,
  );
  return known && whole ? known : null;
}

/** Bytes of a file that an earlier try has brought. */
export function arrivedBytes(downloads: string, filename: string): number {
  const path = [filename, `${filename}.part`].map((name) => join(downloads, name)).find((file) => existsSync(file));
  return path === undefined ? 0 : statSync(path).size;
}

async function placeWheel(
  { signal, progress, folder, downloads, web, free }: Site,
  { url, filename, sha256, bytes }: WheelFile,
  wanted: (name: string) => boolean,
): Promise<UnpackedWheel> {
  const path = join(downloads, filename);
  if (bytes !== null) await needSpace(downloads, bytes - arrivedBytes(downloads, filename), free);
  await download(web, { url, path, sha256, bytes }, signal, {
    downloading: (done, total) => progress({ phase: "downloading", file: filename, done, total }),
    verifying: () => progress({ phase: "verifying", file: filename, done: null, total: null }),
  });
  await needSpace(folder, await unpackedBytes(path, wanted), free);
  const files = await unpack(path, folder, wanted, signal, (done, total) =>
    progress({ phase: "unpacking", file: filename, done, total }),
  );
  const wheel = { filename, sha256, files: [...files] };
  writeUnpacked(folder, [...readUnpacked(folder).filter((other) => other.filename !== filename), wheel]);
  await rm(path);
  return wheel;
}

const isMetadata = (path: string): boolean => /^[^/]+\.dist-info\/METADATA$/.test(path);

/** TensorFlow's libraries and headers. */
export async function placeTensorflow(
  site: Site,
  { project, filename, sha256, bytes }: PinnedWheel,
): Promise<UnpackedWheel> {
  const done = unpackedOf(site.folder, { filename, sha256 });
  if (done) return done;
  const choose = (files: readonly IndexFile[]) => files.find((file) => file.filename === filename) ?? null;
  const { url } = await findFile(site.web, site.pip, { project, what: filename, choose }, site.signal);
  return placeWheel(
    site,
    { url, filename, sha256, bytes },
    (name) => isTensorflowMember(name, site.machine.platform) || isMetadata(name),
  );
}

/** CUDA's libraries, as TensorFlow's wheel names them in its extra `and-cuda`, without those that the system has; `system`: those. */
export async function placeCudaLibraries(
  site: Site,
  tensorflow: UnpackedWheel,
): Promise<{ readonly wheels: readonly UnpackedWheel[]; readonly system: readonly string[] }> {
  const metadata = tensorflow.files.find(({ path }) => isMetadata(path));
  const text = metadata ? readFileSync(join(site.folder, ...metadata.path.split("/")), "utf8") : "";
  const requirements = extraRequirements(text, "and-cuda");
  if (requirements.length === 0)
    throw new SetupError(`${tensorflow.filename} does not name the CUDA libraries it needs.`);
  const libraries = await systemLibraries(site.machine.arch, site.environment);
  const wheels: UnpackedWheel[] = [];
  const system: string[] = [];
  for (const requirement of requirements) {
    const { project } = requirement;
    if (isOnSystem(requirement, libraries)) {
      system.push(project);
      continue;
    }
    site.progress({ phase: "looking", file: project, done: null, total: null });
    const file = await findFile(
      site.web,
      site.pip,
      {
        project,
        what: `a wheel of ${project} that fits`,
        choose: (files) => newestWheel(requirement, files, site.machine),
      },
      site.signal,
    );
    const wheel = { ...file, sha256: file.sha256 ?? "" };
    wheels.push(unpackedOf(site.folder, wheel) ?? (await placeWheel(site, wheel, isCudaMember)));
  }
  return { wheels, system };
}
