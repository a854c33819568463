/**
 * The metrics of a run as columns by stage: rows of the same stage and step are merged (the later key wins, keys that only an earlier row has stay), so a
 * step that a resumed run makes again replaces itself. Grown by what is appended; columns are put together when they are asked for.
 */
import { noneDamaged, addDamaged, type DamagedLines } from "../protocol/damaged-lines";
import type { MetricsRow } from "../protocol/metrics";
import { openBlock, writtenBlock, type OpenBlock, type WrittenBlock } from "./column-block";
import { growingNumbers, type GrowingNumbers } from "./growing-numbers";

/** Rows of one stage, by rising step. */
export interface StageRows {
  readonly name: string;
  readonly length: () => number;
  /** `[length]`; they hold until the store grows. */
  readonly steps: () => Float64Array;
  readonly times: () => Float64Array;
  /** Names of the metrics that some row of the stage has. */
  readonly names: () => Iterable<string>;
  /** Values of rows `[start, end)`, into `into` from `at` on; NaN where there is none. */
  read(name: string, start: number, end: number, into: Float64Array, at?: number): void;
  /** Rows from which another source of the rewards scores than before, by rising row. */
  readonly edits: () => readonly RewardEdit[];
}

/** Hashes of the rewards before a row and from it on. */
export interface RewardEdit {
  readonly row: number;
  readonly before: string;
  readonly after: string;
}

export interface MetricStore {
  /** Another one: rows before the newest changed, so that nothing that was made of them holds. */
  readonly generation: () => number;
  /** Of the run, of all stages. */
  readonly rows: () => number;
  /** In the order in which they first wrote. */
  readonly stages: () => readonly string[];
  readonly stage: (name: string) => StageRows | null;
  /** Hashes of the rewards that scored, in their order, each once: by them versions are numbered. */
  readonly rewardVersions: () => readonly string[];
  readonly damaged: () => DamagedLines;
  /** Metrics that had no more room. */
  readonly leftOut: () => ReadonlySet<string>;
  /** Byte behind the last line. */
  readonly end: () => number;
  /** A line, without its newline; null: it is no row. */
  add(line: Uint8Array, row: MetricsRow | null): void;
  /** Rows of a block that was written, behind those that are there. */
  addBlock(block: WrittenBlock): void;
  /** Brings stages whose rows came out of order in order; call it before stages are read. */
  settle(): void;
  /** Those that are full, and can be written; the one that is open stands apart. */
  readonly blocks: () => readonly WrittenBlock[];
  readonly open: () => OpenBlock;
}

/** A full block, and the row of the file that it begins with. */
interface Part {
  readonly start: number;
  readonly block: WrittenBlock;
}

interface StageState {
  readonly name: string;
  steps: GrowingNumbers;
  times: GrowingNumbers;
  /** The row of the file that a row of the stage was written by last. */
  newest: GrowingNumbers;
  /** Rows of the file that wrote a step before, oldest first, by step. */
  older: Map<number, number[]>;
  spans: Span[];
  /** All rows of the file that are the stage's. */
  readonly all: GrowingNumbers;
  disordered: boolean;
  /** Of the rows before `scanned`; `hash`: of the last of those that say one. */
  edits: { found: RewardEdit[]; scanned: number; hash: string | null };
  readonly names: Set<string>;
}

/** Rows from `start` on, up to the next span. */
interface Span {
  readonly start: number;
  /** Whether they stand one after the other in the file, each written once. */
  straight: boolean;
}

export function metricStore(): MetricStore {
  const steps = growingNumbers();
  const times = growingNumbers();
  const hashes = growingNumbers();
  const metrics = { known: new Set<string>(), leftOut: new Set<string>() };
  const versions: string[] = [];
  const places = new Map<string, number>();
  const stages = new Map<string, StageState>();
  const written: WrittenBlock[] = [];
  const parts: Part[] = [];
  let damaged = noneDamaged;
  let lines = 0;
  let generation = 0;
  let open = openBlock(0, metrics);
  let openAt = 0;

  const hashPlace = (hash: string): number => {
    let place = places.get(hash);
    if (place === undefined) {
      place = versions.push(hash) - 1;
      places.set(hash, place);
    }
    return place;
  };

  const stageOf = (name: string): StageState => {
    let state = stages.get(name);
    if (state === undefined) {
      state = {
        name,
        steps: growingNumbers(),
        times: growingNumbers(),
        newest: growingNumbers(),
        older: new Map(),
        spans: [],
        all: growingNumbers(),
        disordered: false,
        edits: { found: [], scanned: 0, hash: null },
        names: new Set(),
      };
      stages.set(name, state);
    }
    return state;
  };

  const place = (state: StageState, row: number, step: number, time: number): void => {
    state.all.push(row);
    if (state.disordered) return;
    const last = state.steps.length() - 1;
    if (last >= 0 && step < state.steps.at(last)) state.disordered = true;
    else append(state, row, step, time);
  };

  const settle = (): void => {
    for (const state of stages.values()) {
      if (!state.disordered) continue;
      state.steps = growingNumbers();
      state.times = growingNumbers();
      state.newest = growingNumbers();
      state.older = new Map();
      state.spans = [];
      state.edits = { found: [], scanned: 0, hash: null };
      state.disordered = false;
      // By step, rows of a step in the order in which they were written.
      const order = Array.from(state.all.view()).sort((a, b) => steps.at(a) - steps.at(b) || a - b);
      for (const row of order) append(state, row, steps.at(row), times.at(row));
      generation++;
    }
  };

  /** Rows of the file, in the order of the file. */
  const readFile = (name: string, start: number, end: number, into: Float64Array, at: number): void => {
    for (const part of parts) {
      const from = Math.max(start, part.start);
      const to = Math.min(end, part.start + part.block.rows);
      if (from < to) part.block.read(name, from - part.start, to - part.start, into, at + from - start);
    }
    const from = Math.max(start, openAt);
    if (from < end) open.read(name, from - openAt, end - openAt, into, at + from - start);
  };

  const read = (state: StageState, name: string, start: number, end: number, into: Float64Array, at: number): void => {
    const newest = state.newest.view();
    for (let index = spanAt(state.spans, start); index < state.spans.length; index++) {
      const span = state.spans[index]!;
      const from = Math.max(start, span.start);
      const to = Math.min(end, state.spans[index + 1]?.start ?? newest.length);
      if (from >= to) break;
      if (span.straight) readFile(name, newest[from]!, newest[from]! + to - from, into, at + from - start);
      else gather(state, name, from, to, into, at + from - start);
    }
    // What was recorded as null, too.
    for (let row = at; row < at + end - start; row++) if (!Number.isFinite(into[row])) into[row] = Number.NaN;
  };

  /** Rows that do not stand one after the other in the file, or were written more than once. */
  const gather = (state: StageState, name: string, from: number, to: number, into: Float64Array, at: number): void => {
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    for (let row = from; row < to; row++) {
      const own = state.newest.at(row);
      low = Math.min(low, own, state.older.get(state.steps.at(row))?.[0] ?? own);
      high = Math.max(high, own);
    }
    const raw = new Float64Array(high - low + 1);
    readFile(name, low, high + 1, raw, 0);
    for (let row = from; row < to; row++) into[at + row - from] = merged(state, row, raw, low);
  };

  const hashOf = (state: StageState, row: number): string | null => {
    const own = hashes.at(state.newest.at(row));
    if (own >= 0) return versions[own]!;
    const before = state.older.get(state.steps.at(row))?.findLast((one) => hashes.at(one) >= 0);
    return before === undefined ? null : versions[hashes.at(before)]!;
  };

  /** The newest row may still be written again. */
  const edits = (state: StageState): readonly RewardEdit[] => {
    const { found } = state.edits;
    const last = state.steps.length() - 1;
    let current = state.edits.hash;
    const fresh: RewardEdit[] = [];
    for (let row = state.edits.scanned; row <= last; row++) {
      const hash = hashOf(state, row);
      if (hash !== null && current !== null && hash !== current) fresh.push({ row, before: current, after: hash });
      if (row < last) {
        found.push(...fresh.splice(0));
        state.edits = { found, scanned: row + 1, hash: hash ?? current };
      }
      current = hash ?? current;
    }
    return fresh.length === 0 ? found : [...found, ...fresh];
  };

  const view = (state: StageState): StageRows => ({
    name: state.name,
    length: () => state.steps.length(),
    steps: () => state.steps.view(),
    times: () => state.times.view(),
    names: () => state.names,
    read: (name, start, end, into, at = 0) => read(state, name, start, end, into, at),
    edits: () => edits(state),
  });

  const seal = (): void => {
    const { header, payload } = open.encode();
    const block = writtenBlock(header, (start, into) => into.set(payload.subarray(start, start + into.length)));
    written.push(block);
    parts.push({ start: openAt, block });
    openAt += block.rows;
    open = openBlock(header.to, metrics);
  };

  return {
    generation: () => generation,
    rows: () => openAt + open.rows(),
    stages: () => [...stages.values()].filter(({ all }) => all.length() > 0).map(({ name }) => name),
    stage(name) {
      const state = stages.get(name);
      return state === undefined ? null : view(state);
    },
    rewardVersions: () => versions,
    damaged() {
      const { damaged: own } = open.counts();
      return addDamaged(damaged, own, lines);
    },
    leftOut: () => metrics.leftOut,
    end: () => open.to(),
    add(line, row) {
      const at = openAt + open.rows();
      open.add(line, row);
      if (row !== null) {
        const state = stageOf(row.stage);
        steps.push(row.step);
        times.push(row.time);
        hashes.push(row.reward_hash === undefined ? -1 : hashPlace(row.reward_hash));
        for (const [name, value] of Object.entries(row))
          if (typeof value !== "string" && metrics.known.has(name)) state.names.add(name);
        place(state, at, row.step, row.time);
      }
      if (!open.isFull()) return;
      const { lines: own, damaged: bad } = open.counts();
      damaged = addDamaged(damaged, bad, lines);
      lines += own;
      seal();
    },
    addBlock(block) {
      const { header } = block;
      const { steps: ownSteps, times: ownTimes, stages: ownStages } = block.places();
      let run = 0;
      let hash = -1;
      const names = new Map<string, Set<string>>();
      for (let row = 0; row < block.rows; row++) {
        while (run < header.hashRuns.length && header.hashRuns[run]![0] <= row) hash = header.hashRuns[run++]![1];
        steps.push(ownSteps[row]!);
        times.push(ownTimes[row]!);
        hashes.push(hash < 0 ? -1 : hashPlace(header.hashes[hash]!));
        const name = header.stages[ownStages[row]!]!;
        const state = stageOf(name);
        names.set(name, state.names);
        place(state, openAt + row, ownSteps[row]!, ownTimes[row]!);
      }
      for (const { name } of header.columns) {
        metrics.known.add(name);
        if (names.size === 1) for (const own of names.values()) own.add(name);
        else {
          // Which of the stages has the metric only its rows tell.
          const values = new Float64Array(block.rows);
          block.read(name, 0, block.rows, values, 0);
          for (let row = 0; row < block.rows; row++)
            if (!Number.isNaN(values[row]!)) names.get(header.stages[ownStages[row]!]!)!.add(name);
        }
      }
      damaged = addDamaged(damaged, header.damaged, lines);
      lines += header.lines;
      written.push(block);
      parts.push({ start: openAt, block });
      openAt += block.rows;
      open = openBlock(header.to, metrics);
    },
    settle,
    blocks: () => written,
    open: () => open,
  };
}

/** Appends a row of the file whose step is that of the last row or beyond it. */
function append(state: StageState, row: number, step: number, time: number): void {
  const last = state.steps.length() - 1;
  if (last >= 0 && step === state.steps.at(last)) {
    const older = state.older.get(step);
    if (older === undefined) state.older.set(step, [state.newest.at(last)]);
    else older.push(state.newest.at(last));
    state.newest.set(last, row);
    state.times.set(last, time);
    const span = state.spans.at(-1)!;
    if (span.straight && span.start < last) addSpan(state.spans, { start: last, straight: false });
    else span.straight = false;
    return;
  }
  state.steps.push(step);
  state.times.push(time);
  state.newest.push(row);
  const span = state.spans.at(-1);
  if (span?.straight === true && state.newest.at(last) === row - 1) return;
  addSpan(state.spans, { start: last + 1, straight: true });
}

/** Rows of spans that are not worth an own look at the file. */
const fewRows = 64;

function addSpan(spans: Span[], next: Span): void {
  const last = spans.at(-1);
  if (last !== undefined && next.start - last.start < fewRows) last.straight = false;
  if (spans.length > 1 && !last!.straight && !spans.at(-2)!.straight) spans.pop();
  if (!next.straight && spans.at(-1)?.straight === false) return;
  spans.push(next);
}

/** Index of the span that holds a row. */
function spanAt(spans: readonly Span[], row: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.start <= row) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** The value of the row that was written last among those that say something. `raw`: rows of the file from `low` on. */
function merged(state: StageState, row: number, raw: Float64Array, low: number): number {
  const own = raw[state.newest.at(row) - low]!;
  if (!Number.isNaN(own)) return own;
  const older = state.older.get(state.steps.at(row)) ?? [];
  for (let at = older.length - 1; at >= 0; at--) {
    const before = raw[older[at]! - low]!;
    if (!Number.isNaN(before)) return before;
  }
  return own;
}
