/** What a bundle is made of, whatever its code and the files around it say. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { bundleReward } from "./bundle";

const temporaryFolder = () => mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-inputs-"));

type Files = Readonly<Record<string, string>>;

function folderOf(files: Files): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const bundled = (folder: string, runtimeModule = "") =>
  bundleReward(join(folder, "a.reward.ts"), { outputFolder: temporaryFolder(), runtimeModule, workspace: folder });

/** The bundle, or why there is none. */
async function bundleOf(files: Files, change: (folder: string) => void = () => undefined): Promise<string> {
  const folder = folderOf(files);
  change(folder);
  return await bundled(folder).then(
    ({ module }) => readFileSync(module, "utf8"),
    (error: unknown) => String(error),
  );
}

const evil = { "node_modules/evil/package.json": '{"name":"evil","main":"index.js"}' };
const importsEvil = { "a.reward.ts": 'import evil from "evil"; export const reward = () => Number(!!evil);' };

test("a name that is made at run time leads to files of the workspace, and in a package to packages", async () => {
  const outside = folderOf({ "secret.json": '{"key":"s3cret"}', "secret.txt": "s3cret" });
  for (const name of [`\`../${basename(outside)}/\${x}.json\``, `"../${basename(outside)}/" + x + ".txt"`])
    for (const way of ["require", "import"])
      expect(await bundleOf({ "a.reward.ts": `export const reward = (x: string) => ${way}(${name});` })).toMatch(
        /a\.reward\.ts:1:\d+: .*secret\.\w+ is outside of the workspace/,
      );
  const own = { "a.reward.ts": "export const reward = (x: string) => require(`./data/${x}.json`);" };
  expect(await bundleOf({ ...own, "data/en.json": '{"word":"hello"}' })).toContain("hello");
  const packaged = (name: string) => ({ "node_modules/evil/index.js": `module.exports = (x) => require(${name});` });
  const secret = { "private.json": '{"key":"s3cret"}' };
  expect(await bundleOf({ ...importsEvil, ...evil, ...secret, ...packaged('"../../" + x + ".json"') })).toMatch(
    /evil\/index\.js imports from .*, which is no part of a package/,
  );
  const locales = { "node_modules/evil/locale/de.js": 'module.exports = "Wort";' };
  expect(await bundleOf({ ...importsEvil, ...evil, ...locales, ...packaged('"./locale/" + x + ".js"') })).toContain(
    "Wort",
  );
});

test.skipIf(process.platform === "win32")("a link within a package is no way to the workspace", async () => {
  const files = { ...importsEvil, ...evil, "private.json": '{"key":"s3cret"}' };
  const index = { "node_modules/evil/index.js": 'module.exports = (x) => require("./data/" + x + ".json");' };
  const found = await bundleOf({ ...files, ...index }, (folder) => {
    mkdirSync(join(folder, "node_modules/evil/data"));
    symlinkSync(join(folder, "private.json"), join(folder, "node_modules/evil/data/x.json"));
  });
  expect(found).toMatch(/private\.json, which is no part of a package/);
});

test("no source map that code names is read, and what looks like one in a text stays as it was", async () => {
  const map = JSON.stringify({ version: 3, sources: ["/of/another/place.ts"], names: [], mappings: "AAAA" });
  const text = "export const text = '//# sourceMappingURL=' + `/*# sourceMappingURL=x */`;";
  for (const comment of ["//# sourceMappingURL=x.map", "/*# sourceMappingURL=x.map */", "//@ sourceMappingURL=x.map"]) {
    const found = await bundleOf({
      "a.reward.ts": `export const reward = () => 1;\n${text}\n${comment}`,
      "x.map": map,
    });
    const [code, encoded] = found.split("//# sourceMappingURL=data:application/json;base64,");
    expect(Buffer.from(encoded!, "base64").toString()).not.toContain("/of/another/place.ts");
    expect(code).toContain("`//# sourceMappingURL=/*# sourceMappingURL=x */`");
  }
});

/** Each of these had esbuild wait for ever; a device fills the memory. */
const odd: readonly [string, Files][] = [
  ["sub/package.json", { "a.reward.ts": 'import "./sub/x";', "sub/x.ts": "" }],
  ["sub/x.map", { "a.reward.ts": 'import "./sub/x";', "sub/x.ts": "//# sourceMappingURL=x.map" }],
  ["node_modules/package.json", { ...importsEvil, "node_modules/evil/index.js": "" }],
  ["node_modules/evil/package.json", { ...importsEvil, "node_modules/evil/index.js": "" }],
  [
    "node_modules/evil/lib/package.json",
    { "a.reward.ts": 'import "evil/lib/x.js";', "node_modules/evil/lib/x.js": "" },
  ],
  [
    "node_modules/evil/lib/package.json",
    {
      "a.reward.ts": 'import "evil/x";',
      "node_modules/evil/lib/x.js": "",
      "node_modules/evil/package.json": '{"exports":{"./*":"./lib/*.js"}}',
    },
  ],
  [
    "node_modules/evil/lib/package.json",
    {
      "a.reward.ts": 'import "#x";',
      "package.json": '{"imports":{"#x":{"default":"evil/x"}}}',
      "node_modules/evil/package.json": '{"exports":{"./x":"./lib/x.js"}}',
      "node_modules/evil/lib/x.js": "",
    },
  ],
  [".pnp.cjs", { "a.reward.ts": 'import "evil";' }],
  [".pnp.data.json", { "a.reward.ts": 'import "evil";' }],
  ["x.zip", { "a.reward.ts": 'import "./x.zip/y.json";' }],
];

test.skipIf(process.platform === "win32").each(odd)("a pipe or a device as %s is not read", async (name, files) => {
  const pipe = await bundleOf(files, (folder) => void execFileSync("mkfifo", [join(folder, name)]));
  const device = await bundleOf(files, (folder) => symlinkSync("/dev/zero", join(folder, name)));
  if (name.endsWith(".map")) {
    expect([pipe, device].filter((found) => found.includes("BundleError"))).toEqual([]);
    return;
  }
  expect(pipe).toMatch(/ is a pipe, not a file| is an archive/);
  expect(device).toMatch(/ is a device, not a file| is an archive/);
});

test("another line of code is another hash, also one that looks like the name of a file", async () => {
  const modules = folderOf({ "reasoning-lab.mjs": "export const one = 1;" });
  const hashOf = async (line: string): Promise<string> => {
    const files = {
      "text.ts": `export const text = \`\n// ${line}\n\`;`,
      "a.reward.ts":
        'import { text } from "./text";\nimport { one } from "reasoning-lab";\nexport const reward = () => one + text.length;',
    };
    return (await bundled(folderOf(files), join(modules, "reasoning-lab.mjs"))).hash;
  };
  const names = ["a/reasoning-lab.mjs", "b/reasoning-lab.mjs", "reasoning-lab"];
  names.push(relative(temporaryFolder(), join(modules, "reasoning-lab.mjs")));
  const hashes = await Promise.all(names.map(hashOf));
  expect(new Set(hashes).size).toBe(names.length);
  expect(await hashOf(names[0]!)).toBe(hashes[0]);
});
