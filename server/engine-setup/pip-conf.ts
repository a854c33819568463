/** pip's configuration files: where they lie and how they are read. Documented at https://pip.pypa.io/en/stable/topics/configuration/ */
import { join } from "node:path";

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** Text of a file; null when there is none. */
  readonly read: (path: string) => string | null;
}

/** Option names as pip compares them: `Index_URL` is `index-url`. */
const optionName = (name: string): string => name.trim().toLowerCase().replaceAll("_", "-");

/** Sections of an INI file as pip reads it: values go on in indented lines; `#` and `;` begin comments in lines of their own. */
export function parsePipConf(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | null = null;
  let option: string | null = null;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const [, header] = /^\s*\[([^\]]+)\]/.exec(line) ?? [];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map();
      sections.set(header, section);
      option = null;
    } else if (/^\s/.test(line) && section && option !== null) {
      section.set(option, `${section.get(option) ?? ""}\n${line.trim()}`);
    } else if (section) {
      const [, name, value] = /^([^=:]+)[=:](.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      option = optionName(name);
      section.set(option, value.trim());
    }
  }
  return sections;
}

/** Files in the order in which pip reads them; a later one overrides an earlier one. */
export function pipConfFiles({ environment, platform, home, read }: Surroundings): readonly string[] {
  const windows = platform === "win32";
  const name = windows ? "pip.ini" : "pip.conf";
  const named = environment["PIP_CONFIG_FILE"];
  const namedExists = named !== undefined && named !== "" && read(named) !== null;
  const site = environment["VIRTUAL_ENV"];
  return [
    ...(named ? [named] : []),
    ...globalFolders(environment, platform).map((folder) => join(folder, name)),
    ...(namedExists ? [] : userFiles({ environment, platform, home, read }, name)),
    ...(site ? [join(site, name)] : []),
  ];
}

function globalFolders(environment: Surroundings["environment"], platform: NodeJS.Platform): readonly string[] {
  if (platform === "win32") return [join(environment["PROGRAMDATA"] ?? "C:\\ProgramData", "pip")];
  if (platform === "darwin") return ["/Library/Application Support/pip"];
  const shared = environment["XDG_CONFIG_DIRS"] || "/etc/xdg";
  return [...shared.split(":").map((folder) => join(folder, "pip")), "/etc"];
}

function userFiles({ environment, platform, home, read }: Surroundings, name: string): readonly string[] {
  const legacy = join(home, platform === "win32" ? "pip" : ".pip", name);
  if (platform === "win32")
    return [legacy, join(environment["APPDATA"] ?? join(home, "AppData", "Roaming"), "pip", name)];
  const plain = join(environment["XDG_CONFIG_HOME"] || join(home, ".config"), "pip", name);
  const mac = join(home, "Library", "Application Support", "pip", name);
  return [legacy, platform === "darwin" && read(mac) !== null ? mac : plain];
}
