/** `reasoning-lab engine install|status|remove`. */
import { installEngine, removeEngines, testEngine } from "../engine-setup/install";
import { installedEngines } from "../engine-setup/manifest";
import type { EngineVariant, InstalledEngine } from "../protocol/engine";
import { enginesFolder } from "../engine-setup/engines-folder";
import { engineText, enginesText } from "../terminal/engine-report";
import { print, printJson } from "../terminal/print";
import { setupDisplay } from "../terminal/setup-progress";
import { cancellable } from "./cancellable";
import { command, group, type CommandContext } from "./command";
import { flag } from "./options";
import { engines } from "./run-options";

const json = flag("for scripts: print JSON");

interface EngineOptions {
  readonly engines: string | undefined;
  readonly json: boolean;
}

/** 0 when what there is works, 1 otherwise. */
const exitCode = (engines: readonly InstalledEngine[]): number => (engines.some(({ probe }) => probe?.works) ? 0 : 1);

async function install(
  given: EngineOptions & { readonly cuda: boolean },
  { installation: { distFolder } }: CommandContext,
  signal: AbortSignal,
): Promise<number> {
  const display = setupDisplay(given.json ? process.stderr : process.stdout);
  const variant: EngineVariant = given.cuda ? "cuda" : "cpu";
  const folder = enginesFolder(given.engines);
  const engine = await installEngine({ engines: folder, variant, distFolder, signal, progress: display.show }).finally(
    display.end,
  );
  if (given.json) printJson(engine);
  else print(`\n${engineText(engine)}`);
  return exitCode([engine]);
}

async function status(
  given: EngineOptions,
  { installation: { distFolder }, program }: CommandContext,
  signal: AbortSignal,
): Promise<number> {
  const folder = enginesFolder(given.engines);
  const tested: InstalledEngine[] = [];
  for (const engine of installedEngines(folder)) {
    tested.push(await testEngine(engine.folder, { distFolder, signal, progress: () => undefined }));
  }
  if (given.json) printJson(tested);
  else print(enginesText(tested, folder, `${program} engine install`));
  return exitCode(tested);
}

async function remove(given: Pick<EngineOptions, "engines"> & { readonly cuda: boolean }): Promise<number> {
  const folder = enginesFolder(given.engines);
  const folders = await removeEngines(folder, given.cuda ? "cuda" : null);
  print(
    folders.length === 0 ? `There is no engine in ${folder}.` : folders.map((each) => `Removed ${each}`).join("\n"),
  );
  return 0;
}

export const engineCommand = group("engine", "set TensorFlow up, say what works, remove it", [
  command({
    name: "install",
    summary: "download TensorFlow from the package index of pip's settings, build its binding, and test it",
    arguments: {},
    options: { cuda: flag("the one for NVIDIA GPUs"), engines, json },
    act: (_, given, context) => cancellable((signal) => install(given, context, signal)),
  }),
  command({
    name: "status",
    summary: "test what is installed",
    arguments: {},
    options: { engines, json },
    act: (_, given, context) => cancellable((signal) => status(given, context, signal)),
  }),
  command({
    name: "remove",
    summary: "remove what is installed",
    arguments: {},
    options: { cuda: flag("only the one for NVIDIA GPUs"), engines },
    act: (_, given) => cancellable(() => remove(given)),
  }),
]);
