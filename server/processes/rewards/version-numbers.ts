/** Numbers of versions of a run's rewards, from 1: the order in which they scored, as curves count them too. */

export interface VersionNumbers {
  /** Of the version with this hash; one that has not scored yet gets the next number, and keeps it when it scores next. */
  of(hash: string): number;
  /** What comes after all that scored, and after this one. */
  after(hash: string): number;
  scored(hash: string): void;
}

/** `known`: hashes of those that scored so far, in their order. */
export function versionNumbers(known: readonly string[] = []): VersionNumbers {
  const hashes = [...known];
  const of = (hash: string): number => (hashes.includes(hash) ? hashes.indexOf(hash) : hashes.length) + 1;
  return {
    of,
    after: (hash) => Math.max(hashes.length, of(hash)) + 1,
    scored(hash) {
      if (!hashes.includes(hash)) hashes.push(hash);
    },
  };
}
