/** Keys of judges that this process was given, by an editor's secret storage or the environment. They go to the judge's own host, and nowhere else: no file, no log. */
import type { JudgeKeys } from "../../protocol/judges";
import { UserError } from "../../shared/user-error";

let stored: JudgeKeys = {};

/** In place of those before. */
export const setStoredKeys = (keys: JudgeKeys): void => void (stored = keys);
export const storedKeys = (): JudgeKeys => stored;

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether there is a key of this name. */
export const hasKey = (name: string, environment: Environment): boolean =>
  stored[name] !== undefined || (environment[name] ?? "") !== "";

/** Throws an Error for people where one that the recipe names is not there. */
export function checkKeys(reward: string, names: readonly string[], environment: Environment): void {
  const missing = names.find((name) => !hasKey(name, environment));
  if (missing !== undefined)
    throw new UserError(
      `The reward ${reward} needs the key ${missing} ("keys" of the recipe), which is neither stored nor set. ` +
        `In the editor: Reasoning Lab: Set Key of Judge…; in a terminal: export ${missing}=…`,
    );
}

export interface KeyUse {
  /** As the recipe names it. */
  readonly reward: string;
  /** That the recipe lets it use. */
  readonly keys: readonly string[];
  readonly environment: Environment;
}

/** The key for an address. Throws an Error for people where the reward may not use it, or it is another host's. */
export function keyFor(name: string, { host, hostname }: URL, { reward, keys, environment }: KeyUse): string {
  if (!keys.includes(name))
    throw new UserError(
      `The key ${name} is closed to ${reward}: the recipe says which keys its judges use. Add "keys": ["${name}"] to the reward.`,
    );
  const own = stored[name];
  if (own !== undefined) {
    if (own.host === host || own.host === hostname) return own.key;
    throw new UserError(
      `The key ${name} was stored for ${own.host} and is not sent to ${host}. Store one for it: Reasoning Lab: Set Key of Judge…`,
    );
  }
  checkKeys(reward, [name], environment);
  return environment[name]!;
}

/** What neither a log nor an error may show, with the names that stand in its place. */
export const keySecrets = (names: readonly string[], environment: Environment): [string, string][] =>
  names.flatMap((name) => [
    ...(stored[name] === undefined ? [] : [[name, stored[name].key] as [string, string]]),
    ...(environment[name] === undefined ? [] : [[name, environment[name]] as [string, string]]),
  ]);
