/** What rewards threw where no call waits for it: each kind at its place, with its count. It belongs to no sample, and costs none. */
import type { RewardError, StrayError } from "../../protocol/traces";

/** Kinds that are kept; a reward whose every error is another would fill the log. */
const mostKinds = 20;

export interface StrayErrors {
  /** Of a reward, by its export's name. */
  add(reward: string, error: RewardError): void;
  all(): StrayError[];
}

/** What people are told of one, behind its place. */
export const strayText = ({ reward, message }: Pick<StrayError, "reward" | "message">): string =>
  `${reward}: ${message.replace(/\.?$/, ".")} No call waits for this, so it is of no sample. Is an await missing?`;

/** `log` is told of the first of each kind, `changed` of every one. */
export function strayErrors(log: (text: string) => void, changed: (all: readonly StrayError[]) => void): StrayErrors {
  const kinds = new Map<string, StrayError>();
  const all = (): StrayError[] => [...kinds.values()];
  return {
    all,
    add(reward, { message, file, line, column }) {
      const key = JSON.stringify([reward, file, line ?? message]);
      const known = kinds.get(key);
      if (known) kinds.set(key, { ...known, count: known.count + 1 });
      else if (kinds.size >= mostKinds) return;
      else {
        kinds.set(key, { reward, message, file, line, column, count: 1 });
        const place = file === null ? "" : `${file}:${line ?? 1}: `;
        log(`${place}${strayText({ reward, message })}`);
      }
      changed(all());
    },
  };
}
