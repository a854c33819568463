/** Where engines are installed. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The user's folder for a program's data, by the customs of the platform. */
function userData(environment: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string {
  if (platform === "win32") return environment["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support");
  return environment["XDG_DATA_HOME"] || join(homedir(), ".local", "share");
}

/** What was asked for, else `REASONING_LAB_ENGINES`, else `otherwise` (an editor's storage), else the user's data folder. */
export function enginesFolder(
  asked: string | undefined,
  otherwise: string | null = null,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const folder = asked || environment["REASONING_LAB_ENGINES"] || otherwise;
  return folder ? resolve(folder) : join(userData(environment, platform), "reasoning-lab", "engines");
}
