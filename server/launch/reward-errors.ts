/** Reward errors of a run as its terminal and log show them: the first of each kind at its place, then counts now and then. */
import type { Scored } from "../protocol/trainer";
import { plural } from "../shared/plural";

export interface RewardErrorLog {
  /** `where`: `step 3 of reasoning-rl`. */
  add(outcomes: Scored["outcomes"], where: string): void;
  /** A sentence on all errors so far; null without any. */
  summary(): string | null;
}

interface Kind {
  readonly name: string;
  /** `FILE:LINE`; null where the error has no place. */
  readonly place: string | null;
  count: number;
}

/** Kinds that are shown one by one; a reward whose every error is another would fill the log. */
const mostKinds = 10;

/** Milliseconds between two lines of counts. */
const interval = 10_000;

/** `log` is given one line at a time. Errors of one line of a reward are of one kind, whatever each says of its sample. */
export function rewardErrorLog(log: (text: string) => void, now = () => performance.now()): RewardErrorLog {
  const kinds = new Map<string, Kind>();
  let samples = 0;
  let told = 0;
  let toldAt = -Infinity;
  const all = (): number => [...kinds.values()].reduce((sum, { count }) => sum + count, 0);
  const counts = (): string => {
    const shown = [...kinds.values()].toSorted((a, b) => b.count - a.count).slice(0, mostKinds);
    const each = shown.map(({ name, place, count }) => `${count} ${name}${place === null ? "" : ` at ${place}`}`);
    return `${each.join(", ")}${kinds.size > shown.length ? `, and ${kinds.size - shown.length} more kinds` : ""}`;
  };
  return {
    add(outcomes, where) {
      samples += Object.values(outcomes)[0]?.flat().length ?? 0;
      for (const [name, groups] of Object.entries(outcomes))
        for (const outcome of groups.flat()) {
          if (outcome.kind !== "error") continue;
          const place = outcome.file === null ? null : `${outcome.file}:${outcome.line ?? 1}`;
          const key = JSON.stringify([name, place ?? outcome.message]);
          const known = kinds.get(key);
          if (known) known.count++;
          else {
            kinds.set(key, { name, place, count: 1 });
            if (kinds.size > mostKinds) continue;
            const at = place === null ? "" : `${place}: `;
            log(`${at}${name}: ${outcome.message.replace(/\.?$/, ".")} In ${where}; its sample is left out.`);
            told++;
            toldAt = now();
          }
        }
      const sum = all();
      if (sum === told || now() - toldAt < interval) return;
      told = sum;
      toldAt = now();
      log(`${plural(sum, "reward error")} so far: ${counts()}.`);
    },
    summary: () =>
      kinds.size === 0 ? null : `${plural(all(), "reward error")} in ${plural(samples, "scored sample")}: ${counts()}.`,
  };
}
