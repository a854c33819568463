/** Where packages come from: the user's settings of pip, so that mirrors and company networks work as they do for pip. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { parsePipConf, pipConfFiles } from "./pip-conf";
import type { Surroundings } from "./pip-conf";

export interface PipSettings {
  /** URLs of package indexes, in the order in which they are asked. */
  readonly indexes: readonly string[];
  /** Path of a file with certificates to trust; null: those of the system. */
  readonly cert: string | null;
  /** URL of a proxy for everything; null: what `HTTP_PROXY` and its like say. */
  readonly proxy: string | null;
}

const publicIndex = "https://pypi.org/simple";

export const theseSurroundings = (): Surroundings => ({
  environment: process.env,
  platform: process.platform,
  home: homedir(),
  read: (path) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return null;
    }
  },
});

/** Reads `PIP_…` variables, then pip's configuration files: the variables override the files, `[install]` overrides `[global]`. */
export function readPipSettings(surroundings: Surroundings = theseSurroundings()): PipSettings {
  const sections = pipConfFiles(surroundings).map((path) => parsePipConf(surroundings.read(path) ?? ""));
  const option = (name: string): string | null => {
    const variable = surroundings.environment[`PIP_${name.toUpperCase().replaceAll("-", "_")}`];
    if (variable !== undefined && variable !== "") return variable;
    const values = ["global", "install"].flatMap((section) =>
      sections.flatMap((file) => file.get(section)?.get(name) ?? []),
    );
    return values.at(-1) || null;
  };
  const indexes = `${option("index-url") ?? publicIndex} ${option("extra-index-url") ?? ""}`;
  const proxy = option("proxy");
  return {
    indexes: [...new Set(indexes.split(/\s+/).filter((url) => url !== ""))],
    cert: option("cert"),
    proxy: proxy === null || /^\w+:\/\//.test(proxy) ? proxy : `http://${proxy}`,
  };
}
