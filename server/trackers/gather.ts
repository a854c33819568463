/** What a file of another tool holds, gathered value by value: rows under our names, and sentences on what was not read. */
import type { MetricsRow } from "../protocol/metrics";
import { amount } from "../shared/amount";
import { plural } from "../shared/plural";
import { ourName } from "./metric-names";

/** Most numbers that are taken of one file. */
const mostValues = 5_000_000;

/** Most metrics that a file may have. */
const mostNames = 2000;

const longestName = 500;

export interface TrackerMetrics {
  /** `TensorBoard` */
  readonly tool: string;
  /** By run, in the order in which they first wrote, and by rising step; `stage` is the name of the run. */
  readonly rows: readonly MetricsRow[];
  /** Sentences for people: what was not read, and why. */
  readonly notes: readonly string[];
}

export interface Gathered {
  /** One number of a step. `time`: milliseconds since the epoch, 0 where nobody says. Of a step that was written twice the later number stands. */
  add(run: string, step: number, time: number, name: string, value: number): void;
  /** Something of this kind that is no number was left out: `histogram`, `text`. */
  leftOut(kind: string, name: string): void;
  note(text: string): void;
  done(tool: string): TrackerMetrics;
}

/** Most things that a sentence names. */
const mostNamed = 5;

const listed = (names: ReadonlySet<string>): string => {
  const some = [...names].slice(0, mostNamed).join(", ");
  return names.size > mostNamed ? `${some} and ${amount(names.size - mostNamed)} more` : some;
};

export function gatherMetrics(): Gathered {
  const runs = new Map<string, Map<number, MetricsRow>>();
  const names = new Map<string, string>();
  /** Who had a name of ours first. */
  const owners = new Map<string, string>();
  const clashes = new Set<string>();
  const leftOut = new Map<string, { count: number; readonly names: Set<string> }>();
  const notes: string[] = [];
  let values = 0;
  let notFinite = 0;
  let beyond = 0;
  let oddSteps = 0;

  const nameOf = (name: string): string | null => {
    const known = names.get(name);
    if (known !== undefined) return known;
    if (names.size >= mostNames || name.length > longestName) return null;
    const wanted = ourName(name);
    const taken = owners.has(wanted) && owners.get(wanted) !== name;
    if (taken) clashes.add(name);
    const own = taken ? name : wanted;
    if (!taken) owners.set(wanted, name);
    names.set(name, own);
    return own;
  };

  return {
    add(run, step, time, name, value) {
      if (!Number.isSafeInteger(step)) {
        oddSteps++;
        return;
      }
      const own = values < mostValues ? nameOf(name) : null;
      if (own === null) {
        beyond++;
        return;
      }
      values++;
      let rows = runs.get(run);
      if (rows === undefined) {
        rows = new Map();
        runs.set(run, rows);
      }
      let row = rows.get(step);
      if (row === undefined) {
        row = { stage: run, step, time };
        rows.set(step, row);
      }
      if (time > row.time) row.time = time;
      if (!Number.isFinite(value)) notFinite++;
      // Names of a file may be those that rows have anyway.
      if (own === "stage" || own === "step" || own === "time" || own === "reward_hash" || own === "__proto__") return;
      row[own] = Number.isFinite(value) ? value : null;
    },
    leftOut(kind, name) {
      const known = leftOut.get(kind) ?? { count: 0, names: new Set<string>() };
      leftOut.set(kind, known);
      known.count++;
      if (known.names.size < mostNames) known.names.add(name.slice(0, longestName));
    },
    note: (text) => void notes.push(text),
    done: (tool) => ({
      tool,
      rows: [...runs.values()].flatMap((rows) => [...rows.values()].sort((a, b) => a.step - b.step)),
      notes: [
        ...notes,
        ...[...leftOut].map(
          ([kind, { count, names: of }]) =>
            `Not read, for they are no numbers: ${plural(count, "value")} of the kind ${kind} (${listed(of)}).`,
        ),
        ...(notFinite > 0 ? [`Gaps where ${plural(notFinite, "number")} would be not finite (NaN or infinite).`] : []),
        ...(oddSteps > 0 ? [`Not read: ${plural(oddSteps, "number")} at steps that are no whole numbers.`] : []),
        ...(clashes.size > 0
          ? [`Under their own names, because others have those that they would get: ${listed(clashes)}.`]
          : []),
        ...(beyond > 0
          ? [
              `Not read: ${plural(beyond, "number")}. Of a file at most ${amount(mostValues)} are, of ${amount(mostNames)} metrics.`,
            ]
          : []),
      ],
    }),
  };
}
