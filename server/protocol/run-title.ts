/** What runs are called wherever a person reads: by the name that somebody gave them, or by their recipe's. */
import { named } from "../shared/unseen";
import type { RunEntry } from "./editor";

type Named = Pick<RunEntry, "folder" | "record" | "label">;

const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(undefined, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    ...options,
  });
// Each takes its time to make.
const formats = {
  minute: { thisYear: format({}), other: format({ year: "numeric" }) },
  second: { thisYear: format({ second: "2-digit" }), other: format({ year: "numeric", second: "2-digit" }) },
};

/** Name of a run's folder, which never changes. */
export const runFolderName = ({ folder }: Pick<RunEntry, "folder">): string => folder.split(/[\\/]/).at(-1) ?? folder;

function titleTo(unit: keyof typeof formats, run: Named): string {
  const { record, label } = run;
  const given = label?.name ?? null;
  if (record === null) return named(given ?? runFolderName(run));
  const started = new Date(record.created);
  const name = named(given ?? record.name);
  // A record came with a folder and may say anything.
  if (Number.isNaN(started.getTime())) return name;
  const isThisYear = started.getFullYear() === new Date().getFullYear();
  return `${name}, ${formats[unit][isThisYear ? "thisYear" : "other"].format(started)}`;
}

/** `chain-sum, 24 Nov 10:42`; with the name that somebody gave it in place of the recipe's, and the year of another year. */
export const runTitle = (run: Named): string => titleTo("minute", run);

/** Titles by folder, as a list shows them: runs that began in one minute with their seconds, those that are still called the same with their folder's name. */
export function runTitles(runs: readonly Named[]): ReadonlyMap<string, string> {
  const titles = new Map(runs.map((run) => [run.folder, runTitle(run)]));
  const shared = (): Named[] => {
    const counts = new Map<string, number>();
    for (const title of titles.values()) counts.set(title, (counts.get(title) ?? 0) + 1);
    return runs.filter(({ folder }) => (counts.get(titles.get(folder)!) ?? 0) > 1);
  };
  for (const run of shared()) titles.set(run.folder, titleTo("second", run));
  for (const run of shared()) titles.set(run.folder, `${titles.get(run.folder)!} · ${named(runFolderName(run))}`);
  return titles;
}

/** Title of one run as a list of all shows it; of one that is not in the list, its folder's name. */
export const titleAmong = (runs: readonly Named[], folder: string): string =>
  runTitles(runs).get(folder) ?? named(runFolderName({ folder }));
