/** The rewards of a run: bundled, each in a process of its own, rebuilt when their source changes, timed group by group. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import type { CallLimits, FileVersion, RefusedVersion, ScoreGroup } from "../../protocol/rewards";
import type { RewardOutcome, StrayError } from "../../protocol/traces";
import type { Scored } from "../../protocol/trainer";
import { splitRewardReference } from "../../recipes/check";
import { resolveFrom } from "../../recipes/resolve-from";
import { BundleError, bundleReward, changedSince, readReward, stampOf, type RewardBundle } from "../../rewards/bundle";
import { discoverRewards, type DiscoveredReward } from "../../rewards/discover";
import { errorOutcome } from "../../rewards/outcome";
import { isFor } from "../../rewards/scope";
import { rewardModule, rewardScript, sandboxScript, type Installation } from "../installation";
import { environmentOf, secretsHidden } from "./reward-environment";
import type { FunctionCoverage } from "../../protocol/coverage";
import type { Inspection } from "./inspection";
import type { Spare } from "./spare-processes";
import { RewardLoadError, startRewardChild, type RewardChild } from "./reward-child";
import { checkKeys } from "./judge-keys";
import { workspaceJudges } from "./open-judges";
import type { Judges } from "./reward-judges";
import { scoreReward, type RewardProcess } from "./score-reward";
import { strayErrors } from "./stray-errors";
import { rewardOutput } from "./reward-output";
import type { RewardRuntime } from "../runtime";
import { checkCases, type VersionProcesses } from "./version-cases";
import { versionNumbers } from "./version-numbers";
import { casesFile } from "../../rewards/cases";
import { allSources, type RewardSources } from "../../rewards/reward-sources";
import { openSandboxPool } from "../sandboxes/sandbox-pool";
import { verifyCodeWith } from "../../verifiers/code/verify-code";
import type { CodeTests } from "../../verifiers/code/code-tests";
import type { PoolReward } from "./pool-reward";
import { messageOf, UserError } from "../../shared/user-error";

export interface RewardPoolSettings {
  /** Files are relative to `folder`. */
  readonly rewards: readonly PoolReward[];
  readonly folder: string;
  /** Workspace folder, which what they import lies in. Unset: `folder`. */
  readonly workspace?: string;
  /** Where bundles go. */
  readonly bundleFolder: string;
  readonly installation: Installation;
  readonly runtime: RewardRuntime;
  readonly log: (text: string, level?: "info" | "warn") => void;
  /** {@link rewardHashOf} of the versions that scored the run so far, in their order: by them versions are numbered. */
  readonly knownVersions?: readonly string[];
  /** Told when another version scores, or one on disk cannot be used. */
  readonly versions?: (files: readonly FileVersion[]) => void;
  /** Told of all that was thrown so far where no call waits for it, when there is more. */
  readonly strays?: (all: readonly StrayError[]) => void;
  /** Asked by its rewards; unset: the pool's own, which keep what they say in the workspace's `.reasoning-lab`. */
  readonly judges?: Judges;
  /** Told of what is about to give its scores, before anybody has them. */
  readonly scoring?: (version: ScoringVersion) => void;
  /** Where variables that rewards name are looked up; this process' own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A process that is ready for the first reward, whose `bundleFolder` it may read. */
  readonly spare?: Spare | undefined;
  /** How its processes are looked into; unset: they are not. */
  readonly inspection?: Inspection;
  /** Groups that one call may lose to a reward before those that it has yet to score count as errors: else one that always hangs costs hours. 3. */
  readonly patience?: number;
}

/** Programs of a model that run at the same time, on a machine with as many processors; each may use half a gigabyte. */
const mostSandboxes = 4;

/** Hash over all rewards that score a step, as its metrics have it. */
export const rewardHashOf = (hashes: Readonly<Record<string, string>>): string =>
  createHash("sha256").update(JSON.stringify(hashes)).digest("hex");

/** All rewards that score together, as they stood on disk when they were taken up. */
export interface ScoringVersion {
  /** {@link rewardHashOf}. */
  readonly hash: string;
  /** Hash of each bundle, by the reward's reference. */
  readonly rewards: Readonly<Record<string, string>>;
  readonly sources: RewardSources;
}

export interface RewardPool {
  /**
   * Bundles and loads what is not loaded as it stands on disk. What cannot be used leaves the version that was loaded before in its place, and is
   * told. Throws an Error for people where there is none, or a variable that a reward needs is not set.
   */
  prepare(): Promise<void>;
  /** Takes up what was saved since, once nothing is scored: what a run says of its rewards is not a step late. Never rejects. */
  look(): Promise<void>;
  /** SHA-256 of each reward's bundled source, by reference, as of the last {@link prepare}. */
  hashes(): Record<string, string>;
  /**
   * Scores groups with every reward that is for them; `timeout` in seconds a group and reward. Throws when one cannot be loaded. `heard` is told of each
   * group as it is scored.
   */
  score(groups: readonly ScoreGroup[], timeout: number, heard?: (group: HeardGroup) => void): Promise<Scored>;
  /** Files that the rewards were made of as they score now, absolute: what they import is among them. */
  inputs(): readonly string[];
  /** What they were made of, as of the last {@link prepare}. */
  sources(): RewardSources;
  /** What was thrown so far where no call waits for it, once the processes have said all of it. */
  strays(): Promise<readonly StrayError[]>;
  /** `[programs]` whether each passes its tests, in the sandboxes that rewards use. Throws when tests cannot be used. */
  passTests(language: "python" | "javascript", programs: readonly Program[]): Promise<boolean[]>;
  /** What ran since the last time, of each reward that is loaded; for pools that count. */
  coverage(): Promise<ModuleCoverage[]>;
  close(): void;
}

/** What ran of the module of one reward. */
export interface ModuleCoverage {
  /** Name of the export. */
  readonly reward: string;
  /** The bundle, absolute; it is there until the pool's folder is removed. */
  readonly module: string;
  /** Files that it was made of, absolute. */
  readonly inputs: readonly string[];
  readonly functions: readonly FunctionCoverage[];
}

/** What one reward said of one group. */
export interface HeardGroup {
  /** Name of the export. */
  readonly reward: string;
  /** Its place among those that were asked for. */
  readonly group: number;
  readonly outcomes: readonly RewardOutcome[];
  /** In which its calls ran; null: it hung, or its process ended. */
  readonly milliseconds: number | null;
}

/** A completion that holds a program, with tests in one of the forms of `CodeTests`. */
export interface Program {
  readonly completion: string;
  readonly tests?: unknown;
}

/** What scores of a file. */
interface LoadedVersion {
  readonly bundle: RewardBundle;
  readonly places: readonly DiscoveredReward[];
  /** Of the file's rewards, in their order: what one of them does to its process is none of the others' business. */
  readonly processes: readonly RewardProcess[];
}

type NamedReward = PoolReward & { /** Of the export. */ readonly name: string };

interface RewardFile {
  readonly file: string;
  readonly rewards: readonly NamedReward[];
  loaded: LoadedVersion | null;
  /** What stands on disk in place of it and cannot be used. `hash`: null where it cannot be bundled. */
  refused: (Omit<RefusedVersion, "version"> & { readonly hash: string | null; readonly stamps: string }) | null;
}

/** What is wrong with a version that cannot be used, and where in the file. */
function faultOf(file: string, error: unknown, compiles: boolean): Omit<RefusedVersion, "version"> {
  const message = messageOf(error);
  const fault = compiles ? "does not load" : stampOf(file) === "missing" ? "is gone" : "does not compile";
  const cause = error instanceof Error && error.cause instanceof RewardLoadError ? error.cause : error;
  if (!(cause instanceof BundleError || cause instanceof RewardLoadError) || cause.file !== file)
    return { fault, message, line: null, column: null };
  return { fault, message, line: cause.line, column: cause instanceof BundleError ? cause.column : null };
}

/** Of all that decides whether a version is taken up. */
const stampsOf = ({ file, inputs }: RewardBundle): string =>
  [...inputs.map(({ path }) => path), casesFile(file)].map(stampOf).join(" ");

const limitsOf = ({ max_concurrent, requests_per_second, retries, retry_delay }: PoolReward): CallLimits => ({
  max_concurrent,
  retries,
  retry_delay,
  requests_per_second: requests_per_second ?? null,
});

export function openRewardPool(settings: RewardPoolSettings): RewardPool {
  const { patience = 3, environment = process.env } = settings;
  const rewards = settings.rewards.map((reward) => ({ ...reward, ...splitRewardReference(reward.function) }));
  const files = [...new Set(rewards.map(({ file }) => file))].map((file): RewardFile => ({
    file: resolveFrom(settings.folder, file),
    rewards: rewards.filter((reward) => reward.file === file),
    loaded: null,
    refused: null,
  }));
  const inFolder = (file: string) => files.find((known) => known.file === resolveFrom(settings.folder, file))!;
  const hideSecrets = secretsHidden(settings.rewards, environment);
  const log = (text: string, level: "info" | "warn" = "info"): void => settings.log(hideSecrets(text), level);
  const withoutSecrets = (extras: Readonly<Record<string, number | string>>) =>
    Object.fromEntries(
      Object.entries(extras).map(([name, value]) => [name, typeof value === "string" ? hideSecrets(value) : value]),
    );
  const judges = settings.judges ?? workspaceJudges(settings.workspace ?? settings.folder, log);
  const strays = strayErrors(
    (text) => log(text, "warn"),
    (all) => settings.strays?.(all),
  );
  let closed = false;
  // Its processes start with the first program.
  const sandboxes = openSandboxPool({
    script: sandboxScript(settings.installation),
    runtime: settings.runtime,
    size: Math.min(availableParallelism(), mostSandboxes),
  });

  const isClosed = () => closed;
  let { spare } = settings;
  const takeSpare = (): Spare | undefined => {
    const one = spare;
    spare = undefined;
    return one;
  };
  /** Also of processes that are being loaded. */
  const ending = new AbortController();
  async function startChild(
    file: string,
    reward: NamedReward,
    { bundle, places }: Pick<LoadedVersion, "bundle" | "places">,
  ): Promise<RewardChild> {
    if (isClosed()) throw new Error("Scoring was ended.");
    checkKeys(reward.function, reward.keys, environment);
    const takesGroup = places.some(({ name, kind }) => name === reward.name && kind === "group");
    const child = await startRewardChild(
      {
        module: bundle.module,
        export: { name: reward.name, takesGroup, limits: limitsOf(reward) },
        env: environmentOf([reward], environment),
        reward: reward.function,
        rights: { hosts: reward.hosts, keys: reward.keys, environment },
      },
      {
        runtime: settings.runtime,
        script: rewardScript(settings.installation),
        log: rewardOutput(file, log),
        programs: sandboxes.asker,
        judges,
        stray: (error) => strays.add(reward.name, { ...error, message: hideSecrets(error.message) }),
        inspection: settings.inspection,
        spare: takeSpare(),
        signal: ending.signal,
      },
    ).catch((error: unknown) => {
      throw new UserError(`The reward file ${file} cannot be used: ${hideSecrets(messageOf(error))}.`, {
        cause: error,
      });
    });
    if (isClosed()) child.kill();
    return child;
  }

  async function startProcess(
    file: string,
    reward: NamedReward,
    version: Pick<LoadedVersion, "bundle" | "places">,
  ): Promise<RewardProcess> {
    let child = await startChild(file, reward, version);
    return {
      living: async () => (child = child.alive ? child : await startChild(file, reward, version)),
      now: () => (child.alive ? child : null),
      kill: () => child.kill(),
    };
  }

  /** All rewards of a version, or none: then it throws an Error for people. */
  async function startVersion(
    { file, rewards: own }: RewardFile,
    version: Pick<LoadedVersion, "bundle" | "places">,
  ): Promise<LoadedVersion> {
    const started = await Promise.allSettled(own.map((reward) => startProcess(file, reward, version)));
    const processes = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const failed = started.find((one) => one.status === "rejected");
    if (!failed) return { ...version, processes };
    for (const process of processes) process.kill();
    throw failed.reason;
  }

  const numbers = versionNumbers(settings.knownVersions);
  const versionNow = (): number => numbers.of(rewardHashOf(hashes()));
  const versionNext = (): number => numbers.after(rewardHashOf(hashes()));
  const tellVersions = (): void => {
    settings.versions?.(
      files.map(({ file, refused }) => ({
        file,
        version: versionNow(),
        refused: refused && {
          version: versionNext(),
          fault: refused.fault,
          message: refused.message,
          line: refused.line,
          column: refused.column,
        },
      })),
    );
  };

  /** What the version before goes on scoring in place of. */
  function refuse(
    known: RewardFile,
    { hash, stamps }: { readonly hash: string | null; readonly stamps: string },
    found: Omit<RefusedVersion, "version">,
  ): void {
    const told = known.refused?.message === found.message && known.refused.fault === found.fault;
    known.refused = { hash, stamps, ...found };
    if (told) return;
    const text = `v${versionNext()} of ${known.file} ${found.fault}, so v${versionNow()} keeps scoring. ${found.message}`;
    log(text.replace(/\.?$/, "."), "warn");
    tellVersions();
  }

  /** A version of the file as it stands on disk; throws an Error for people. */
  async function bundled(file: string) {
    const bundle = await bundleReward(file, {
      outputFolder: settings.bundleFolder,
      runtimeModule: rewardModule(settings.installation),
      workspace: settings.workspace ?? settings.folder,
    });
    return { bundle, places: discoverRewards(readReward(file)).rewards };
  }

  const processesOf = ({ rewards: own }: RewardFile, { processes }: LoadedVersion): VersionProcesses =>
    new Map(own.map(({ name }, index) => [name, processes[index]!]));

  async function takeUp(known: RewardFile, before: LoadedVersion): Promise<void> {
    let found: Awaited<ReturnType<typeof bundled>>;
    try {
      found = await bundled(known.file);
    } catch (error) {
      refuse(known, { hash: null, stamps: "" }, faultOf(known.file, error, false));
      return;
    }
    const { bundle } = found;
    const disk = { hash: bundle.hash, stamps: stampsOf(bundle) };
    if (bundle.hash === before.bundle.hash) {
      known.loaded = { ...before, ...found };
      if (known.refused !== null) {
        known.refused = null;
        log(`${known.file} is v${versionNow()} again, which scores.`);
        tellVersions();
      }
      return;
    }
    // What did not load is tried again once something of it was saved.
    if (known.refused?.hash === bundle.hash && known.refused.stamps === disk.stamps) return;
    let loaded: LoadedVersion;
    try {
      loaded = await startVersion(known, found);
    } catch (error) {
      refuse(known, disk, faultOf(known.file, error, true));
      return;
    }
    const { failed, notes } = await checkCases(known.file, processesOf(known, loaded), processesOf(known, before));
    if (failed !== null) {
      for (const process of loaded.processes) process.kill();
      const place = loaded.places.find(({ name }) => name === failed.reward);
      refuse(known, disk, {
        fault: `fails the case at line ${failed.line}`,
        message: failed.message,
        line: place?.line ?? null,
        column: place?.column ?? null,
      });
      return;
    }
    for (const process of before.processes) process.kill();
    known.loaded = loaded;
    known.refused = null;
    log(`${known.file} has changed: v${versionNow()} scores from here on.`);
    for (const note of notes) log(note, "warn");
    tellVersions();
  }

  async function prepareFile(known: RewardFile): Promise<void> {
    if (known.loaded === null) known.loaded = await startVersion(known, await bundled(known.file));
    else if (known.refused !== null || changedSince(known.loaded.bundle)) await takeUp(known, known.loaded);
    await Promise.all(known.loaded.processes.map((process) => process.living()));
  }

  /** An error outcome that points at the reward when it has no place of its own. */
  function placed({ file, loaded }: RewardFile, name: string, outcome: RewardOutcome): RewardOutcome {
    if (outcome.kind === "score") return { ...outcome, extras: withoutSecrets(outcome.extras) };
    if (outcome.kind !== "error") return outcome;
    const error = { ...outcome, message: hideSecrets(outcome.message) };
    if (error.line !== null) return error;
    const place = loaded?.places.find((reward) => reward.name === name);
    return place ? { ...error, file, line: place.line, column: place.column } : error;
  }

  const scoreFile = (
    known: RewardFile,
    groups: readonly ScoreGroup[],
    timeout: number,
    heard?: (group: HeardGroup) => void,
  ) =>
    Promise.all(
      known.rewards.map(async (reward, index) => {
        const { name } = reward;
        const scored = await scoreReward(known.loaded!.processes[index]!, groups, {
          timeout,
          patience,
          isFor: (group) => isFor(reward, group),
          errorOf: (message, place) => placed(known, name, { ...errorOutcome(message), ...place }),
          placed: (outcome) => placed(known, name, outcome),
          ...(heard && {
            heard: (group, outcomes, milliseconds) => heard({ reward: name, group, outcomes, milliseconds }),
          }),
        });
        return { name, ...scored };
      }),
    );

  const hashes = () =>
    Object.fromEntries(
      rewards.map((reward) => [reward.function, inFolder(reward.file).loaded?.bundle.hash ?? ""] as const),
    );

  const sources = (): RewardSources => allSources(files.flatMap(({ loaded }) => loaded?.bundle.sources ?? []));

  const prepare = async () => {
    await Promise.all(files.map(prepareFile));
  };

  let queue: Promise<unknown> = Promise.resolve();
  async function look(): Promise<void> {
    for (const known of files) {
      const { loaded, refused } = known;
      if (loaded !== null && !isClosed() && (refused !== null || changedSince(loaded.bundle)))
        await takeUp(known, loaded);
    }
  }
  async function score(
    groups: readonly ScoreGroup[],
    timeout: number,
    heard?: (group: HeardGroup) => void,
  ): Promise<Scored> {
    await prepare();
    const rewardHash = rewardHashOf(hashes());
    numbers.scored(rewardHash);
    settings.scoring?.({ hash: rewardHash, rewards: hashes(), sources: sources() });
    const scored = await Promise.all(files.map((known) => scoreFile(known, groups, timeout, heard)));
    const byName = new Map(scored.flat().map((result) => [result.name, result]));
    // In the order of the recipe, which is that of the columns people see.
    const inOrder = rewards.map(({ name }) => byName.get(name)!);
    return {
      rewardHash,
      outcomes: Object.fromEntries(inOrder.map(({ name, outcomes }) => [name, outcomes])),
      milliseconds: Object.fromEntries(inOrder.map(({ name, milliseconds }) => [name, milliseconds])),
      times: Object.fromEntries(inOrder.map(({ name, times }) => [name, [...times]])),
      judges: judges.takeCounts(),
    };
  }

  return {
    prepare,
    hashes,
    inputs: () => files.flatMap(({ loaded }) => loaded?.bundle.inputs.map(({ path }) => path) ?? []),
    sources,
    look() {
      const result = queue.then(look).catch((error: unknown) => log(messageOf(error), "warn"));
      queue = result;
      return result;
    },
    score(groups, timeout, heard) {
      const result = queue.then(() => score(groups, timeout, heard));
      queue = result.catch(() => undefined);
      return result;
    },
    async strays() {
      const living = files.flatMap(({ loaded }) => (loaded?.processes ?? []).flatMap((process) => process.now() ?? []));
      await Promise.all(living.map((child) => child.settle()));
      return strays.all();
    },
    passTests: (language, programs) =>
      Promise.all(
        programs.map(async ({ completion, tests }) => {
          // `verifyCode` says itself what is wrong with tests of another form.
          const verdict = await verifyCodeWith(sandboxes.run, completion, tests as CodeTests, { language });
          return verdict.score === 1;
        }),
      ),
    coverage: () =>
      Promise.all(
        files.flatMap(({ rewards: own, loaded }) =>
          loaded === null
            ? []
            : own.map(async ({ name }, at) => ({
                reward: name,
                module: loaded.bundle.module,
                inputs: loaded.bundle.inputs.map(({ path }) => path),
                functions: (await loaded.processes[at]!.now()?.coverage()) ?? [],
              })),
        ),
      ),
    close() {
      closed = true;
      ending.abort();
      for (const { loaded } of files) for (const process of loaded?.processes ?? []) process.kill();
      sandboxes.close();
      if (settings.judges === undefined) judges.close();
    },
  };
}
