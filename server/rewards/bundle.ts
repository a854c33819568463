/** Turns a reward file and what it imports into one module for the reward process. Nothing of it is executed here. */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readText, sizeLimits, statsOf, UnusableFile } from "../files/workspace-file";
import { build, type BuildFailure, type BuildOptions } from "esbuild";
import { bundleInputs } from "./bundle-inputs";
import { sourcesOf, type RewardSources } from "./reward-sources";
import { builtAgain } from "./esbuild-service";
import { messageOf, UserError } from "../shared/user-error";

export interface RewardBundle {
  /** The reward file, absolute. */
  readonly file: string;
  /** The bundled module, absolute; another one for each version of the source. */
  readonly module: string;
  /** SHA-256 of the bundled source: the same wherever the project lies. */
  readonly hash: string;
  /** Files that it was made of, absolute, with what tells that one has changed. */
  readonly inputs: readonly RewardInputFile[];
  /** What it was made of, as it was read. */
  readonly sources: RewardSources;
}

export interface RewardInputFile {
  readonly path: string;
  /** Time of change and size. */
  readonly stamp: string;
}

/** A reward file that cannot be bundled; `message` has the form `file:line:column: what`. */
export class BundleError extends UserError {
  override readonly name = "BundleError";
  constructor(
    message: string,
    file: string | null,
    line: number | null,
    readonly column: number | null,
  ) {
    super(message, { file, line });
  }
}

export function stampOf(path: string): string {
  const stats = statsOf(path);
  return stats ? `${stats.mtimeMs}/${stats.size}` : "missing";
}

export const changedSince = (bundle: RewardBundle) => bundle.inputs.some(({ path, stamp }) => stampOf(path) !== stamp);

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && "errors" in error && Array.isArray(error.errors);

function bundleError(error: unknown, file: string, root: string): BundleError {
  const first = isBuildFailure(error) ? error.errors[0] : undefined;
  const location = first?.location;
  const place = location ? resolve(root, location.file) : file;
  const text = first?.text ?? messageOf(error);
  const hint = /Could not resolve/.test(text)
    ? ' A reward can import its own files, npm packages of the project, and "reasoning-lab".'
    : "";
  const column = location ? location.column + 1 : null;
  const at = location ? `${place}:${location.line}:${location.column + 1}` : place;
  return new BundleError(`${at}: ${text}.${hint}`, place, location?.line ?? null, column);
}

export interface BundleOptions {
  /** Where the bundle goes, absolute. */
  readonly outputFolder: string;
  /** `dist/reasoning-lab.mjs`, which `reasoning-lab` resolves to. */
  readonly runtimeModule: string;
  /** Folder that what the reward imports lies in, absolute; installed packages and the reward's own folder aside. */
  readonly workspace: string;
}

/** Builds that have not ended, by what they are of. */
const building = new Map<string, Promise<RewardBundle>>();

/** Bundles a reward file; who asks for the same at the same time gets the same. Throws {@link BundleError}. */
export function bundleReward(file: string, options: BundleOptions): Promise<RewardBundle> {
  const { outputFolder, runtimeModule, workspace } = options;
  const key = JSON.stringify([file, stampOf(file), outputFolder, runtimeModule, workspace]);
  const known = building.get(key);
  if (known) return known;
  const bundle = bundleAnew(file, options).finally(() => building.delete(key));
  building.set(key, bundle);
  return bundle;
}

async function bundleAnew(
  file: string,
  { outputFolder, runtimeModule, workspace }: BundleOptions,
): Promise<RewardBundle> {
  const root = dirname(file);
  if (statsOf(file) === null) throw new BundleError(`${file}: there is no such file.`, file, null, null);
  // Before the build, so that a change while it runs counts as a change.
  const before = new Map<string, string>([[file, stampOf(file)]]);
  const contents = new Map<string, Buffer>();
  const outfile = join(outputFolder, `${basename(file)}.mjs`);
  const options = {
    absWorkingDir: root,
    // By another name: one with a star would be a pattern, whatever file has it.
    entryPoints: ["reward"],
    outfile,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node22",
    sourcemap: "external",
    // Whoever looks at a source has the file: with all texts in it, the map is most of what a process reads as it starts.
    sourcesContent: false,
    logLevel: "silent",
    plugins: [bundleInputs({ file, workspace, runtimeModule, taken: (path, content) => contents.set(path, content) })],
    // A project's tsconfig is for its editor; what runs must not depend on it.
    tsconfigRaw: {},
  } as const satisfies BuildOptions;
  const result = await builtAgain(() => build(options)).catch((error: unknown) => {
    throw bundleError(error, file, root);
  });
  const source = result.outputFiles.find(({ path }) => path.endsWith(".mjs"))!.text;
  const map = result.outputFiles.find(({ path }) => path.endsWith(".map"))!.contents;
  // Each input has a comment with its path in the bundle; the runtime module's would differ from machine to machine. A line of code that only looks
  // like it stays.
  const ours = Object.keys(result.metafile.inputs).find((input) => resolve(root, input) === resolve(runtimeModule));
  const portable =
    ours === undefined ? source : `\n${source}`.replace(`\n// ${ours}\n`, "\n// reasoning-lab\n").slice(1);
  const hash = createHash("sha256").update(portable).digest("hex");
  // Leave to read a path with a star is leave to read others.
  const module = join(outputFolder, `${basename(file, ".ts").replaceAll("*", "_")}-${hash.slice(0, 12)}.mjs`);
  mkdirSync(outputFolder, { recursive: true });
  const inlined = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`;
  // Others that score with the same may be reading it.
  const whole = `${module}.${randomUUID()}`;
  writeFileSync(whole, `${source}\n${inlined}\n`);
  renameSync(whole, module);
  const inputs = Object.keys(result.metafile.inputs).flatMap((input) => {
    if (input.startsWith("builtin:")) return [];
    const path = resolve(root, input);
    return [{ path, stamp: before.get(path) ?? stampOf(path) }];
  });
  return { file, module, hash, inputs, sources: sourcesOf(contents, { file, workspace, runtimeModule }) };
}

/** Text of the reward file. Throws {@link BundleError} when it cannot be read. */
export function readReward(file: string): string {
  try {
    return readText(file, sizeLimits.source);
  } catch (error) {
    if (error instanceof UnusableFile) throw new BundleError(`${file}:1:1: ${error.message}`, file, null, null);
    throw new BundleError(`${file}: there is no such file, or it cannot be read.`, file, null, null);
  }
}
