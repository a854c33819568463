/** Brings a model of the Hugging Face Hub into its cache on this machine: looked at before it is downloaded, resumed, checked, shared with Python. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { copyFile, link, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { download } from "../engine-setup/download";
import { readPipSettings, type PipSettings } from "../engine-setup/pip-settings";
import { SetupError } from "../engine-setup/setup-error";
import { freeBytes, needSpace, writeError, type FreeBytes } from "../engine-setup/space";
import { openWeb, type Web } from "../engine-setup/web";
import { hubCache, hubFolder } from "../files/hub-cache";
import { readText, sizeLimits } from "../files/workspace-file";
import { hubText, isCommit, type HubName } from "../shared/hub-name";
import { parseModelConfig } from "../models/config";
import { parseJson } from "../models/json-file";
import type { SetupProgress } from "../protocol/engine";
import { takeLock } from "../runs/os-lock";
import { boundedBody } from "./bounded-body";
import { hubEndpoint, hubListing, type HubFile, type HubListing } from "./hub-listing";
import { refusal, type HubAsked } from "./hub-refusal";
import { hubToken } from "./hub-token";

type Environment = Readonly<Record<string, string | undefined>>;

export interface GetHubModelOptions {
  readonly signal: AbortSignal;
  readonly progress: (progress: SetupProgress) => void;
  /** Certificates and proxies are those of pip. */
  readonly pip?: PipSettings;
  readonly environment?: Environment;
  readonly free?: FreeBytes;
}

export interface HubModel {
  /** Folder with the model's files. */
  readonly path: string;
  readonly commit: string;
  readonly licence: string | null;
}

/** Bytes of a file that is kept in git itself; the Hub has larger ones elsewhere. */
const mostInGit = 64_000_000;

/**
 * The model in the cache, whole. Throws SetupError where it cannot be had or is no model that can be trained here, which is said before its weights are
 * downloaded; an abort or an error keeps what has arrived.
 */
export async function getHubModel(name: HubName, options: GetHubModelOptions): Promise<HubModel> {
  const { signal, progress, pip = readPipSettings(), environment = process.env, free = freeBytes } = options;
  const endpoint = hubEndpoint(environment);
  const token = hubToken(environment);
  const origin = URL.canParse(endpoint) ? new URL(endpoint).origin : null;
  if (origin === null) throw new SetupError(`HF_ENDPOINT is no address: ${endpoint}.`);
  const folder = hubFolder(name, hubCache(environment));
  progress({ phase: "looking", file: hubText(name), done: null, total: null });
  const web = openWeb(
    { ...pip, indexes: [] },
    environment,
    token === null ? null : { origin, value: `Bearer ${token.value}` },
  );
  try {
    const asked = { endpoint, name, token };
    const listing = await hubListing(web, asked, signal);
    try {
      mkdirSync(join(folder, "blobs"), { recursive: true });
    } catch (error) {
      throw writeError(folder, error);
    }
    const lock = takeLock(join(folder, "reasoning-lab.lock"));
    if (lock === null)
      throw new SetupError(`${hubText(name)} is being brought to this machine already. Wait for that.`);
    try {
      const from = { web, asked, listing, folder };
      const [config, ...others] = listing.files;
      await bring(from, config!, options);
      const path = join(folder, "blobs", config!.hash.value);
      parseModelConfig(parseJson(readText(path, sizeLimits.model), "config.json"), `config.json of ${hubText(name)}`);
      const left = others.reduce((sum, file) => sum + Math.max(0, file.bytes - arrived(folder, file)), 0);
      await needSpace(folder, left, free);
      for (const file of others) await bring(from, file, options);
      return { path: await place(from), commit: listing.commit, licence: listing.licence };
    } finally {
      lock.release();
    }
  } finally {
    await web.close();
  }
}

interface From {
  readonly web: Web;
  readonly asked: HubAsked;
  readonly listing: HubListing;
  readonly folder: string;
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function arrived(folder: string, { hash }: HubFile): number {
  const blob = join(folder, "blobs", hash.value);
  return Math.max(sizeOf(blob), sizeOf(`${blob}.part`));
}

/** A file among the blobs, as it must be. */
async function bring(from: From, file: HubFile, { signal, progress }: GetHubModelOptions): Promise<void> {
  const { web, listing, folder } = from;
  const { endpoint, name } = from.asked;
  const path = join(folder, "blobs", file.hash.value);
  const url = `${endpoint}/${name.repo}/resolve/${listing.commit}/${file.name}`;
  // What Python has brought has its hash as its name.
  if (sizeOf(path) === file.bytes && existsSync(path)) return;
  if (file.hash.kind === "git") {
    progress({ phase: "downloading", file: file.name, done: null, total: file.bytes });
    await bringSmall(from, file, path, url, signal);
  } else
    await download(web, { url, path, sha256: file.hash.value, bytes: file.bytes }, signal, {
      downloading: (done, total) => progress({ phase: "downloading", file: file.name, done, total }),
      verifying: () => progress({ phase: "verifying", file: file.name, done: null, total: null }),
    });
}

/** One that git keeps, by the hash that git gives it: SHA-1 of `blob SIZE\0` and the content. */
async function bringSmall(from: From, file: HubFile, path: string, url: string, signal: AbortSignal): Promise<void> {
  if (file.bytes > mostInGit)
    throw new SetupError(`${file.name} of ${hubText(from.asked.name)} is too large to be read.`);
  const response = await from.web.get(url, { "accept-encoding": "identity" }, signal);
  if (!response.ok) {
    await response.body?.cancel();
    throw refusal(response.status, from.asked);
  }
  const content = await boundedBody(response, file.bytes);
  const hash = createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
  if (hash !== file.hash.value)
    throw new SetupError(`${file.name} is not the file that the Hub lists: a proxy may change files. Try again.`);
  try {
    await writeFile(`${path}.part`, content);
    await rename(`${path}.part`, path);
  } catch (error) {
    throw writeError(path, error);
  }
}

/** The snapshot of the commit, whose files lead to the blobs, and the name of the revision for it. */
async function place({ asked: { name }, listing, folder }: From): Promise<string> {
  const snapshot = join(folder, "snapshots", listing.commit);
  mkdirSync(snapshot, { recursive: true });
  for (const file of listing.files) {
    const at = join(snapshot, file.name);
    if (existsSync(at)) continue;
    const blob = join(folder, "blobs", file.hash.value);
    await rm(at, { force: true });
    // Windows lets few people make links of the first kind, and no disk others have the second.
    await symlink(relative(snapshot, blob), at)
      .catch(() => link(blob, at))
      .catch(() => copyFile(blob, at));
  }
  if (!isCommit(name.revision)) {
    const ref = join(folder, "refs", name.revision);
    mkdirSync(dirname(ref), { recursive: true });
    await writeFile(ref, listing.commit);
  }
  return snapshot;
}
