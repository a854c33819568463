/** `reasoning-lab engine install|status|remove`. */
import { print, printError } from "./print";
import { installEngine, removeEngines, testEngine } from "../engine-setup/install";
import { installedEngines } from "../engine-setup/manifest";
import { UnavailableError } from "../engine-setup/setup-error";
import type { EngineVariant, InstalledEngine } from "../protocol/engine";
import { engineText, enginesText } from "./engine-report";
import { setupDisplay } from "./setup-progress";

export interface EngineCommand {
  readonly action: string;
  /** Folder of engines. */
  readonly engines: string;
  readonly distFolder: string;
  readonly cuda: boolean;
  /** Machine-readable output. */
  readonly json: boolean;
  /** How this program is called, for messages. */
  readonly program: string;
}

/**
 * Returns the exit code: 0 when what there is works, 3 when this machine or its network lacks what it takes, 130 when it was cancelled, 1
 * otherwise; null when there is no such action.
 */
export async function engineCommand(command: EngineCommand): Promise<number | null> {
  const abort = new AbortController();
  const cancel = () =>
    abort.abort(new Error("Cancelled. What has been downloaded is kept: the next try goes on from it."));
  process.once("SIGINT", cancel);
  process.once("SIGTERM", cancel);
  try {
    switch (command.action) {
      case "install":
        return await install(command, abort.signal);
      case "status":
        return await status(command, abort.signal);
      case "remove":
        return await remove(command);
      default:
        return null;
    }
  } catch (error) {
    const unavailable = error instanceof UnavailableError;
    if (!abort.signal.aborted && !unavailable) throw error;
    printError(error instanceof Error ? error.message : String(error));
    return abort.signal.aborted ? 130 : 3;
  } finally {
    process.off("SIGINT", cancel);
    process.off("SIGTERM", cancel);
  }
}

const exitCode = (engines: readonly InstalledEngine[]): number => (engines.some(({ probe }) => probe?.works) ? 0 : 1);

async function install({ engines, distFolder, cuda, json }: EngineCommand, signal: AbortSignal): Promise<number> {
  const display = setupDisplay(json ? process.stderr : process.stdout);
  const variant: EngineVariant = cuda ? "cuda" : "cpu";
  const engine = await installEngine({ engines, variant, distFolder, signal, progress: display.show }).finally(
    display.end,
  );
  print(json ? JSON.stringify(engine) : `\n${engineText(engine)}`);
  return exitCode([engine]);
}

async function status(
  { engines: folder, distFolder, json, program }: EngineCommand,
  signal: AbortSignal,
): Promise<number> {
  const tested: InstalledEngine[] = [];
  for (const engine of installedEngines(folder)) {
    tested.push(await testEngine(engine.folder, { distFolder, signal, progress: () => undefined }));
  }
  print(json ? JSON.stringify(tested) : enginesText(tested, folder, `${program} engine install`));
  return exitCode(tested);
}

async function remove({ engines, cuda }: EngineCommand): Promise<number> {
  const folders = await removeEngines(engines, cuda ? "cuda" : null);
  print(
    folders.length === 0
      ? `There is no engine in ${engines}.`
      : folders.map((folder) => `Removed ${folder}`).join("\n"),
  );
  return 0;
}
