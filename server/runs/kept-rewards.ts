/**
 * `rewards/` of a run: every version of its rewards that scored anything, so that scores can be explained when the files have long been others. Contents lie
 * in `files/` under their hashes, each once; `versions/` says what a version was made of.
 */
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readBytes, readText, sizeLimits, statsOf } from "../files/workspace-file";
import { keptVersionSchema, type KeptVersion, type RewardVersions } from "../protocol/reward-versions";
import { contentHash, type RewardSources } from "../rewards/reward-sources";
import { parseBoundedJson } from "../shared/bounded-json";
import { sizeText } from "../shared/size-text";
import { messageOf, UserError } from "../shared/user-error";
import { replaceFile, sweepTemporaries, writing } from "./atomic-file";
import { refuseGone } from "./held-file";

export const rewardsFolder = (runFolder: string): string => join(runFolder, "rewards");
const versionsFolder = (runFolder: string): string => join(rewardsFolder(runFolder), "versions");
const filesFolder = (runFolder: string): string => join(rewardsFolder(runFolder), "files");

/** Most bytes that are kept of one version's files, and of all versions of a run. What is larger is known by its hash alone. */
const limits = { version: 16_000_000, run: 256_000_000 } as const;
/** Most versions that are listed: the newest. */
const mostVersions = 2000;
/** Bytes of what a version says of itself. */
const longestVersion = 4_000_000;

export interface ScoredVersion {
  /** `reward_hash`. */
  readonly hash: string;
  readonly number: number;
  readonly rewards: Readonly<Record<string, string>>;
  readonly sources: RewardSources;
  /** Version of Reasoning Lab. */
  readonly library: string;
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
const bytesIn = (folder: string): number =>
  namesIn(folder).reduce((sum, name) => sum + (statsOf(join(folder, name))?.size ?? 0), 0);

/**
 * Keeps a version, unless it is kept. Returns a sentence on files that are too large for it; null: all are kept. Throws a `RunWriteError` where nothing can be
 * written.
 */
export function keepVersion(runFolder: string, version: ScoredVersion, now: Date = new Date()): string | null {
  const path = join(versionsFolder(runFolder), `${version.hash}.json`);
  if (existsSync(path)) return null;
  // A run that was deleted while it ran does not come back as some of its files.
  refuseGone(runFolder);
  let [room, roomOfRun] = [limits.version, limits.run - bytesIn(filesFolder(runFolder))] as [number, number];
  const files = version.sources.own.map(({ path: name, hash, content }) => {
    const target = join(filesFolder(runFolder), hash);
    const there = statsOf(target)?.size === content.length;
    const kept = there || content.length <= Math.min(room, roomOfRun);
    if (kept) room -= content.length;
    if (kept && !there) {
      roomOfRun -= content.length;
      writing(target, () => {
        mkdirSync(filesFolder(runFolder), { recursive: true });
        replaceFile(target, content);
      });
    }
    return { path: name, hash, size: content.length, kept };
  });
  const { hash, number, rewards, sources, library } = version;
  const kept: KeptVersion = {
    format: 1,
    hash,
    number,
    time: now.toISOString(),
    rewards: { ...rewards },
    files,
    packages: sources.packages.map((one) => ({ ...one })),
    library: { version: library, hash: sources.library },
  };
  writing(path, () => {
    mkdirSync(versionsFolder(runFolder), { recursive: true });
    replaceFile(path, `${JSON.stringify(kept, null, 2)}\n`);
  });
  const left = files.filter((file) => !file.kept).map((file) => `${file.path} (${sizeText(file.size)})`);
  return left.length === 0
    ? null
    : `Of v${number} of the rewards, ${left.slice(0, 3).join(", ")}${left.length > 3 ? ` and ${left.length - 3} more files are` : left.length > 1 ? " are" : " is"} ` +
        `known by hash alone: a run keeps ${sizeText(limits.version)} of a version and ${sizeText(limits.run)} in all.`;
}

function readVersion(runFolder: string, hash: string): KeptVersion {
  const path = join(versionsFolder(runFolder), `${hash}.json`);
  let data: unknown;
  try {
    data = parseBoundedJson(readText(path, longestVersion));
  } catch (error) {
    throw new UserError(`${path} cannot be read (${messageOf(error)}).`, { cause: error });
  }
  const parsed = keptVersionSchema.safeParse(data);
  const issue = parsed.error?.issues[0];
  if (!parsed.success)
    throw new UserError(`${path} is damaged at \`${issue?.path.join(".") ?? ""}\`: ${issue?.message ?? "unknown"}.`);
  if (parsed.data.hash !== hash) throw new UserError(`${path} is damaged: it says that it is ${parsed.data.hash}.`);
  return parsed.data;
}

/** What the run keeps of its rewards; no versions for one of before they were kept. */
export function keptVersions(runFolder: string): RewardVersions {
  const hashes = namesIn(versionsFolder(runFolder)).flatMap((name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? []);
  const problems: string[] = [];
  const versions = hashes.slice(-mostVersions).flatMap((hash): KeptVersion[] => {
    try {
      return [readVersion(runFolder, hash)];
    } catch (error) {
      problems.push(messageOf(error));
      return [];
    }
  });
  return {
    versions: versions.toSorted((a, b) => a.number - b.number || (a.time < b.time ? -1 : 1)),
    problem: problems[0] ?? null,
  };
}

/** The version with this `reward_hash`. Throws an Error for people when the run does not keep it. */
export function keptVersion(runFolder: string, hash: string): KeptVersion {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new UserError(`${hash} is no hash of a version of rewards.`);
  if (!existsSync(join(versionsFolder(runFolder), `${hash}.json`)))
    throw new UserError(
      `This run does not keep the source of that version of its rewards (${hash.slice(0, 8)}): it was recorded before Reasoning Lab kept them, or ${rewardsFolder(runFolder)} was deleted.`,
    );
  return readVersion(runFolder, hash);
}

/** A file of a version as it was when it scored. Throws an Error for people when it is not kept, or is another now. */
export function keptFile(runFolder: string, hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new UserError(`${hash} is no hash of a file.`);
  const path = join(filesFolder(runFolder), hash);
  let content: Buffer;
  try {
    content = readBytes(path, sizeLimits.module);
  } catch (error) {
    throw new UserError(`${path} cannot be read (${messageOf(error)}).`, { cause: error });
  }
  if (contentHash(content) !== hash)
    throw new UserError(`${path} is damaged: its content is not what its name says, so it is not shown.`);
  return content.toString("utf8");
}

/** Takes over the versions with these hashes into the folder of a new run. */
export function copyVersions(from: string, to: string, hashes: ReadonlySet<string>): void {
  for (const version of keptVersions(from).versions) {
    if (!hashes.has(version.hash)) continue;
    mkdirSync(versionsFolder(to), { recursive: true });
    mkdirSync(filesFolder(to), { recursive: true });
    const files = version.files.map((file) => {
      const source = join(filesFolder(from), file.hash);
      const kept = file.kept && statsOf(source)?.isFile() === true;
      if (kept) cpSync(source, join(filesFolder(to), file.hash));
      return { ...file, kept };
    });
    replaceFile(
      join(versionsFolder(to), `${version.hash}.json`),
      `${JSON.stringify({ ...version, files }, null, 2)}\n`,
    );
  }
}

/** Deletes what a killed process has left, for who alone writes there. */
export function sweepVersions(runFolder: string): void {
  for (const folder of [versionsFolder(runFolder), filesFolder(runFolder)])
    if (existsSync(folder)) sweepTemporaries(folder);
}
