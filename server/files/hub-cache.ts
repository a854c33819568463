/**
 * Models of the Hugging Face Hub in its cache on this machine, which Python's libraries share: `models--ORG--NAME` with `refs/REVISION`, which names a commit,
 * and `snapshots/COMMIT`, whose files lead to `blobs`. The layout is `huggingface_hub`'s ("Understand caching" in its documentation).
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { hubNameOf, hubText, isCommit, type HubName } from "../shared/hub-name";
import { readText } from "./workspace-file";

type Environment = Readonly<Record<string, string | undefined>>;

/** Folder with what Hugging Face's libraries keep, by the variables that they go by. */
export function hubHome(environment: Environment = process.env): string {
  const { HF_HOME: home, XDG_CACHE_HOME: cache } = environment;
  return home || join(cache || join(homedir(), ".cache"), "huggingface");
}

/** Folder of the cache. */
export const hubCache = (environment: Environment = process.env): string =>
  environment["HF_HUB_CACHE"] || environment["HUGGINGFACE_HUB_CACHE"] || join(hubHome(environment), "hub");

/** Folder of a model in the cache. */
export const hubFolder = ({ repo }: HubName, cache: string): string =>
  join(cache, `models--${repo.replaceAll("/", "--")}`);

/** Characters of a file that names a commit. */
const mostRef = 1000;

/** The commit that a revision is in the cache; null: it is not there. */
export function hubCommit(name: HubName, cache = hubCache()): string | null {
  if (isCommit(name.revision)) return name.revision;
  try {
    const text = readText(join(hubFolder(name, cache), "refs", name.revision), mostRef).trim();
    return isCommit(text) ? text : null;
  } catch {
    return null;
  }
}

/** Folder of a model's files; of one that is not in the cache, a folder that is not there. */
export const hubSnapshot = (name: HubName, cache = hubCache()): string =>
  join(hubFolder(name, cache), "snapshots", hubCommit(name, cache) ?? name.revision);

/** The same checkpoint by its commit, so that it stays what it is when the Hub goes on; as it is where it is no model of the Hub, or not in the cache. */
export function pinnedCheckpoint(checkpoint: string, cache = hubCache()): string {
  const name = hubNameOf(checkpoint);
  const commit = name && hubCommit(name, cache);
  return name && commit !== null ? hubText({ repo: name.repo, revision: commit }) : checkpoint;
}

/** Whether two checkpoints are the same, of which the first may be the second by its commit. */
export function isPinOf(pinned: string, checkpoint: string): boolean {
  if (pinned === checkpoint) return true;
  const [one, other] = [hubNameOf(pinned), hubNameOf(checkpoint)];
  return one !== null && other !== null && one.repo === other.repo && !isCommit(other.revision);
}
