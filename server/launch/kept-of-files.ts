/** What was made of files, kept for as long as they stay as they are: who types a value asks for the same at every key. */
import { resolve } from "node:path";
import { statsOf } from "../files/workspace-file";
import { filesOf } from "../rows/data-file";

/** Milliseconds that something is kept after it was asked for last. A data set has the size of memory. */
const keptFor = 60_000;
/** Milliseconds in which a file may be written twice and look the same: what it holds just after a change is not kept. */
const settled = 2000;

interface Stamp {
  readonly text: string;
  /** When the last of the files was changed. */
  readonly changed: number;
}

/** `paths` may have a star. */
function stampOf(paths: readonly string[]): Stamp {
  let changed = -Infinity;
  const parts = paths.map((path) =>
    filesOf(path).map((file) => {
      const stats = statsOf(file);
      if (stats) changed = Math.max(changed, stats.mtimeMs, stats.ctimeMs);
      return [file, stats && [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs]];
    }),
  );
  return { text: JSON.stringify(parts), changed };
}

export type KeptOfFiles<T> = (key: string, paths: readonly string[], make: () => T) => T;

/**
 * Keeps values by key. What is asked for is what was made before, unless a file of `paths` (absolute; they may have a star) has been changed, has
 * appeared or is gone. What `make` throws is not kept.
 */
export function keptOfFiles<T>(): KeptOfFiles<T> {
  const kept = new Map<string, { readonly stamp: string; readonly value: T; readonly timer: NodeJS.Timeout }>();
  return (key, paths, make) => {
    const stamp = stampOf(paths.map((path) => resolve(path)));
    const known = kept.get(key);
    clearTimeout(known?.timer);
    kept.delete(key);
    const value = known?.stamp === stamp.text ? known.value : make();
    if (stamp.changed > Date.now() - settled) return value;
    const timer = setTimeout(() => kept.delete(key), keptFor);
    timer.unref();
    kept.set(key, { stamp: stamp.text, value, timer });
    return value;
  };
}
