/** Libraries of CUDA: which the system has, and which wheels of an index bring the others. */
import { execFile } from "node:child_process";
import { readdirSync, realpathSync } from "node:fs";
import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { Machine } from "./machine";
import { compareVersions, type Requirement } from "./requirements";
import type { IndexFile } from "./simple-index";

/** By project without its ending `-cu12`: a library that stands for it. */
const libraries: Readonly<Record<string, string>> = {
  "nvidia-cublas": "libcublas.so.12",
  "nvidia-cuda-cupti": "libcupti.so.12",
  "nvidia-cuda-nvrtc": "libnvrtc.so.12",
  "nvidia-cuda-runtime": "libcudart.so.12",
  "nvidia-cudnn": "libcudnn.so.9",
  "nvidia-cufft": "libcufft.so.11",
  "nvidia-curand": "libcurand.so.10",
  "nvidia-cusolver": "libcusolver.so.11",
  "nvidia-cusparse": "libcusparse.so.12",
  "nvidia-nccl": "libnccl.so.2",
  "nvidia-nvjitlink": "libnvJitLink.so.12",
};

export const cudaLibraryNames = Object.values(libraries);

/** The library of a required project, by its file name; null when it is not known or none stands for it. */
export const libraryOf = (project: string): string | null => libraries[project.replace(/-cu\d+$/, "")] ?? null;

/** Libraries that every program finds: by file name, the path of the file that is loaded. */
export type SystemLibraries = ReadonlyMap<string, string>;

/** Out of what `ldconfig -p` prints. */
export function parseLdconfig(output: string, arch: string): SystemLibraries {
  const kind = arch === "x64" ? "x86-64" : "AArch64";
  return new Map(
    [...output.matchAll(/^\s*(\S+) \(([^)]*)\) => (.+)$/gm)].flatMap(([, name, kinds, path]) =>
      kinds!.includes(kind) ? [[name!, path!] as const] : [],
    ),
  );
}

function librariesIn(folder: string): readonly (readonly [string, string])[] {
  try {
    return readdirSync(folder).flatMap((name) => (name.includes(".so") ? [[name, join(folder, name)] as const] : []));
  } catch {
    return [];
  }
}

export async function systemLibraries(
  arch: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<SystemLibraries> {
  const output = await new Promise<string>((resolve) => {
    const path = `${environment["PATH"] ?? ""}:/sbin:/usr/sbin`;
    execFile("ldconfig", ["-p"], { env: { ...environment, PATH: path }, maxBuffer: 2 ** 25 }, (error, stdout) =>
      resolve(error ? "" : stdout),
    );
  });
  const folders = (environment["LD_LIBRARY_PATH"] ?? "").split(":").filter((folder) => folder !== "");
  return new Map([...parseLdconfig(output, arch), ...folders.reverse().flatMap(librariesIn)]);
}

/** Whether the system has what a requirement asks for, in a version that satisfies it: the file behind the link says which. */
export function isOnSystem(
  { project, accepts }: Requirement,
  system: SystemLibraries,
  resolve = realpathSync,
): boolean {
  const library = libraryOf(project);
  const path = library === null ? undefined : system.get(library);
  if (path === undefined) return false;
  try {
    const [, version] = /\.so\.([\d.]+)$/.exec(basename(resolve(path))) ?? [];
    return version !== undefined && accepts(version);
  } catch {
    return false;
  }
}

/** Version of the C library that a wheel's platform needs; null when the wheel is of another platform. */
function neededGlibc(tag: string, arch: string): number | null {
  const machine = arch === "x64" ? "x86_64" : "aarch64";
  const legacy: Readonly<Record<string, number>> = { manylinux1: 5, manylinux2010: 12, manylinux2014: 17 };
  const [, minor] = new RegExp(`^manylinux_2_(\\d+)_${machine}$`).exec(tag) ?? [];
  return minor === undefined ? (legacy[tag.replace(`_${machine}`, "")] ?? null) : Number(minor);
}

/** The newest wheel that satisfies a requirement and runs on this machine. */
export function newestWheel(
  { accepts }: Requirement,
  files: readonly IndexFile[],
  { arch, glibc }: Pick<Machine, "arch" | "glibc">,
): IndexFile | null {
  const fitting = files.flatMap((file) => {
    const [, version, tags] = /^[^-]+-([^-]+)(?:-\d[^-]*)?-py3-none-([^-]+)\.whl$/.exec(file.filename) ?? [];
    if (version === undefined || tags === undefined || file.yanked || file.sha256 === null) return [];
    const runs = tags.split(".").some((tag) => {
      const needed = neededGlibc(tag, arch);
      return needed !== null && glibc !== null && needed <= glibc[1];
    });
    return runs && accepts(version) ? [{ file, version }] : [];
  });
  fitting.sort((a, b) => compareVersions(b.version, a.version));
  return fitting[0]?.file ?? null;
}

/**
 * TensorFlow looks for CUDA's libraries in some of the folders `nvidia/<name>/lib` beside it, of the runtime's among them: the libraries of
 * all others are linked there.
 */
export async function linkCudaLibraries(engine: string): Promise<void> {
  const nvidia = join(engine, "nvidia");
  const meeting = join(nvidia, "cuda_runtime", "lib");
  const folders = await readdir(nvidia).catch(() => []);
  for (const name of folders) {
    const folder = join(nvidia, name, "lib");
    if (folder === meeting) continue;
    for (const [library, path] of librariesIn(folder)) {
      const link = join(meeting, library);
      await mkdir(meeting, { recursive: true });
      await rm(link, { force: true });
      await symlink(relative(dirname(link), path), link);
    }
  }
}
