/** Variables of the environment that a recipe's rewards name: looked up for them, and kept out of what is recorded. */
import { keySecrets } from "./judge-keys";
import type { PoolReward } from "./pool-reward";
import { UserError } from "../../shared/user-error";

type Environment = Readonly<Record<string, string | undefined>>;

/** Shorter values occur by chance, and hide nothing. */
const shortestSecret = 4;

/** What rewards may see. Throws an Error for people where a variable is not set. */
export function environmentOf(
  rewards: readonly Pick<PoolReward, "function" | "env">[],
  environment: Environment,
): Record<string, string> {
  return Object.fromEntries(
    rewards.flatMap((reward) =>
      reward.env.map((name) => {
        const value = environment[name];
        if (value !== undefined && value !== "") return [name, value];
        throw new UserError(
          `The reward ${reward.function} needs the environment variable ${name} ("env" of the recipe), which is not set. ` +
            `In a terminal: export ${name}=…; in the editor: start VS Code from a terminal where it is set.`,
        );
      }),
    ),
  );
}

/** Replaces values of the variables and keys that rewards name by the names: neither the log nor an error that is recorded shows them. */
export function secretsHidden(
  rewards: readonly Pick<PoolReward, "env" | "keys">[],
  environment: Environment,
): (text: string) => string {
  const names = [...new Set(rewards.flatMap(({ env }) => env))];
  const keys = [...new Set(rewards.flatMap((reward) => reward.keys))];
  const secrets = [
    ...names.flatMap((name): [string, string][] => [[name, environment[name] ?? ""]]),
    ...keySecrets(keys, environment),
  ]
    .filter(([, value]) => value.length >= shortestSecret)
    // The longest first: one may be a part of another.
    .toSorted(([, a], [, b]) => b.length - a.length);
  return (text) => secrets.reduce((shown, [name, value]) => shown.replaceAll(value, `‹${name}›`), text);
}
