import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePipConf, pipConfFiles } from "./pip-conf";
import { readPipSettings } from "./pip-settings";

const surroundings = (
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  platform: NodeJS.Platform = "linux",
) => ({ environment, platform, home: "/home/me", read: (path: string) => files[path.replaceAll("\\", "/")] ?? null });

test("without settings it is the public index alone", () => {
  const { indexes, cert, proxy } = readPipSettings(surroundings({}));
  expect(indexes).toHaveLength(1);
  expect(indexes[0]).toMatch(/^https:\/\/.*\/simple$/);
  expect([cert, proxy]).toEqual([null, null]);
});

test("pip.conf is read as pip reads it: comments, other spellings of names, values in several lines", () => {
  const text = [
    "# mirrors",
    "[global]",
    "index_url = https://mirror/simple",
    "; more",
    "Extra-Index-URL =",
    "    https://one/simple",
    "    https://two/simple",
    "proxy: proxy.example:3128",
    "cert = /etc/company.pem",
    "[list]",
    "format = columns",
  ].join("\r\n");
  expect(readPipSettings(surroundings({ "/etc/pip.conf": text }))).toEqual({
    indexes: ["https://mirror/simple", "https://one/simple", "https://two/simple"],
    cert: "/etc/company.pem",
    proxy: "http://proxy.example:3128",
  });
});

test("a variable comes before files, the user's file before the machine's, a virtual environment's before both, [install] before [global]", () => {
  const global = (value: string) => `[global]\nindex-url = https://${value}/simple\n`;
  const files = {
    "/etc/pip.conf": global("machine"),
    "/home/me/.pip/pip.conf": global("old"),
    "/home/me/.config/pip/pip.conf": global("user"),
    "/venv/pip.conf": global("venv"),
  };
  const first = (environment: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) =>
    readPipSettings(surroundings({ ...files, ...more }, environment)).indexes[0];
  expect(first({})).toBe("https://user/simple");
  expect(first({ VIRTUAL_ENV: "/venv" })).toBe("https://venv/simple");
  expect(first({ PIP_INDEX_URL: "https://variable/simple" })).toBe("https://variable/simple");
  const own = "[install]\nindex-url = https://install/simple\n[global]\nindex-url = https://global/simple";
  expect(first({}, { "/home/me/.config/pip/pip.conf": own })).toBe("https://install/simple");
  // A named file takes the place of the user's.
  expect(first({ PIP_CONFIG_FILE: "/named" }, { "/named": "[global]\ncert = x" })).toBe("https://machine/simple");
});

test("each platform has its places", () => {
  const on = (platform: NodeJS.Platform, environment = {}, files = {}) =>
    pipConfFiles(surroundings(files, environment, platform)).map((path) => path.replaceAll("\\", "/"));
  expect(on("linux", { XDG_CONFIG_HOME: "/x" })).toEqual([
    "/etc/xdg/pip/pip.conf",
    "/etc/pip.conf",
    "/home/me/.pip/pip.conf",
    "/x/pip/pip.conf",
  ]);
  expect(on("darwin").at(-1)).toBe("/home/me/.config/pip/pip.conf");
  const mac = "/home/me/Library/Application Support/pip/pip.conf";
  expect(on("darwin", {}, { [mac]: "" }).at(-1)).toBe(mac);
  expect(on("win32", { APPDATA: "C:/Roaming", PROGRAMDATA: "C:/Data" })).toEqual([
    "C:/Data/pip/pip.ini",
    "/home/me/pip/pip.ini",
    "C:/Roaming/pip/pip.ini",
  ]);
});

test("extra indexes of the environment are separated by white space; the same one is asked once", () => {
  const environment = { PIP_INDEX_URL: "https://a/simple", PIP_EXTRA_INDEX_URL: "https://b/simple  https://a/simple" };
  expect(readPipSettings(surroundings({}, environment)).indexes).toEqual(["https://a/simple", "https://b/simple"]);
});

test("what is written in sections is read from them", () => {
  const name = fc.stringMatching(/^[a-z][a-z-]{0,9}$/);
  const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/).filter((text) => !/^[#;]/.test(text));
  const sections = fc.dictionary(name, fc.dictionary(name, value, { noNullPrototype: true }), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(sections, (written) => {
      const text = Object.entries(written)
        .map(
          ([title, options]) =>
            `[${title}]\n${Object.entries(options)
              .map(([key, item]) => `${key} = ${item}\n`)
              .join("")}`,
        )
        .join("\n");
      const read = Object.fromEntries(
        [...parsePipConf(text)].map(([title, options]) => [title, Object.fromEntries(options)]),
      );
      expect(read).toEqual(written);
    }),
  );
});
