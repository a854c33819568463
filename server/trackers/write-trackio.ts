/** Writes runs into a project file of Trackio, which adds what else it needs when it opens the file. */
import { DatabaseSync } from "node:sqlite";
import { UserError } from "../shared/user-error";

export interface TrackioWriter {
  /** `time`: milliseconds since the epoch. */
  write(run: string, step: number, time: number, values: Readonly<Record<string, number>>): void;
  /** What was written is there from here on. */
  flush(): void;
  close(): void;
}

const tables = `
  create table if not exists metrics (
    id integer primary key autoincrement,
    run_id text not null,
    timestamp text not null,
    run_name text not null,
    step integer not null,
    metrics text not null
  );
  create table if not exists configs (
    id integer primary key autoincrement,
    run_id text not null,
    run_name text not null,
    config text not null,
    created_at text not null,
    unique(run_id)
  );
`;

/** Opens a project, or begins it. Throws a UserError where a run of one of these names is in it already, or the file is none. */
export function openTrackio(path: string, runs: readonly string[], config: object): TrackioWriter {
  const store = new DatabaseSync(path);
  try {
    store.exec("pragma journal_mode = wal; pragma busy_timeout = 5000");
    store.exec(tables);
    const has = store.prepare("select 1 from metrics where run_name = ? limit 1");
    const there = runs.find((run) => has.get(run) !== undefined);
    if (there !== undefined)
      throw new UserError(`${path} has the run ${there} already. Delete it there (trackio), or name another folder.`);
  } catch (error) {
    store.close();
    throw error;
  }
  const created = new Date().toISOString();
  const addConfig = store.prepare(
    "insert or ignore into configs (run_id, run_name, config, created_at) values (?, ?, ?, ?)",
  );
  const add = store.prepare("insert into metrics (run_id, timestamp, run_name, step, metrics) values (?, ?, ?, ?, ?)");
  let open = false;
  const known = new Set<string>();
  return {
    write(run, step, time, values) {
      if (!open) store.exec("begin");
      open = true;
      if (!known.has(run)) addConfig.run(run, run, JSON.stringify(config), created);
      known.add(run);
      add.run(run, new Date(time).toISOString(), run, step, JSON.stringify(values));
    },
    flush() {
      if (open) store.exec("commit");
      open = false;
    },
    close() {
      if (open) store.exec("commit");
      store.close();
    },
  };
}
