/** Versions of a run's rewards as the run keeps them: what scored, with the sources that it was made of. */
import * as z from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "is no SHA-256");

export const keptFileSchema = z.object({
  /** From the workspace folder, with `/`. Shown, never opened. */
  path: z.string().max(4096),
  /** Of its content, which is kept under this name. */
  hash: sha256,
  /** Bytes. */
  size: z.int().nonnegative(),
  /** False: it is too large to keep, and only its hash is known. */
  kept: z.boolean(),
});
export type KeptFile = z.infer<typeof keptFileSchema>;

/** Most files and packages of a version. */
const most = 10_000;

/** `rewards/versions/<hash>.json` of a run. */
export const keptVersionSchema = z.object({
  format: z.literal(1),
  /** `reward_hash` of metrics and traces: over all rewards that score together. */
  hash: sha256,
  /** In the order in which versions scored the run, from 1. */
  number: z.int().positive(),
  /** When it scored first, ISO 8601. */
  time: z.string().max(100),
  /** Hash of each reward's bundle, by its reference `file#export`. */
  rewards: z.record(z.string(), sha256),
  /** The project's own. */
  files: z.array(keptFileSchema).max(most),
  /** By name and version: their text is not kept. */
  packages: z
    .array(z.object({ name: z.string().max(300), version: z.string().max(100).nullable(), hash: sha256 }))
    .max(most),
  /** What `reasoning-lab` was; the hash is null where no reward imports it. */
  library: z.object({ version: z.string().max(100), hash: sha256.nullable() }),
});
export type KeptVersion = z.infer<typeof keptVersionSchema>;

/** What pages show of the versions of a run, by rising number. `problem`: a sentence on those that cannot be read; null: all can. */
export const rewardVersionsSchema = z.object({
  versions: z.array(keptVersionSchema).readonly(),
  problem: z.string().nullable(),
});
export type RewardVersions = z.infer<typeof rewardVersionsSchema>;

/** A file that one version has otherwise than the other; null on a side that does not have it. */
export interface ChangedFile {
  readonly path: string;
  readonly before: KeptFile | null;
  readonly after: KeptFile | null;
}

/** What differs between two versions: files of the project by path, and a line on each package and on the library. */
export function versionChanges(
  before: KeptVersion,
  after: KeptVersion,
): { readonly files: readonly ChangedFile[]; readonly packages: readonly string[] } {
  const paths = [...new Set([...before.files, ...after.files].map(({ path }) => path))].toSorted();
  const of = ({ files }: KeptVersion, path: string): KeptFile | null =>
    files.find((file) => file.path === path) ?? null;
  const files = paths
    .map((path): ChangedFile => ({ path, before: of(before, path), after: of(after, path) }))
    .filter((file) => file.before?.hash !== file.after?.hash);
  const named = ({ packages }: KeptVersion): ReadonlyMap<string, KeptVersion["packages"]> =>
    Map.groupBy(packages, ({ name }) => name);
  const [left, right] = [named(before), named(after)];
  const said = (all: KeptVersion["packages"] | undefined): string =>
    all === undefined ? "not there" : all.map(({ version }) => version ?? "of no known version").join(", ");
  const hashes = (all: KeptVersion["packages"] | undefined): string =>
    JSON.stringify((all ?? []).map(({ hash }) => hash).toSorted());
  const packages = [...new Set([...left.keys(), ...right.keys()])].toSorted().flatMap((name) => {
    const [one, other] = [left.get(name), right.get(name)];
    if (hashes(one) === hashes(other)) return [];
    return [
      said(one) === said(other) ? `${name}: other files of ${said(one)}` : `${name}: ${said(one)} → ${said(other)}`,
    ];
  });
  const library =
    before.library.hash === after.library.hash
      ? []
      : [
          before.library.version === after.library.version
            ? `Reasoning Lab's functions for rewards: another build of ${after.library.version}`
            : `Reasoning Lab's functions for rewards: ${before.library.version} → ${after.library.version}`,
        ];
  return { files, packages: [...packages, ...library] };
}
