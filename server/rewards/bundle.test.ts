import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { bundleReward } from "./bundle";
import { builtAgain } from "./esbuild-service";

const common = ["[x]", "{a,b}", "@(x)", "!x", "c#", "50%", "%20", "two words", "it's", "$HOME", "ünï-日本", "~", "-x"];
/** No file of Windows can have such a name. */
const others = process.platform === "win32" ? [] : ["*", "a*b", "**", "q?u", 'dq"q', "a\nb", "a\tb"];

const temporaryFolder = () => mkdtempSync(join(tmpdir(), "reasoning-lab-bundle-"));

async function bundled(folder: string, name: string) {
  const file = join(temporaryFolder(), folder, "rewards", `${name}.reward.ts`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'import { one } from "../own";\nexport const a = () => one;');
  writeFileSync(join(dirname(file), "..", "own.ts"), "export const one = 1;");
  return await bundleReward(file, {
    outputFolder: temporaryFolder(),
    runtimeModule: "",
    workspace: join(dirname(file), ".."),
  });
}

test.each([...common, ...others])("a reward bundles whatever the names of its folder and file: %j", async (name) => {
  const { file, module, inputs } = await bundled(name, name);
  expect(readFileSync(module, "utf8")).toContain("var one = 1;");
  expect(basename(module)).toContain(name.replaceAll("*", "_"));
  expect(inputs.map(({ path }) => path)).toEqual([join(dirname(file), "..", "own.ts"), file]);
});

test.each(["*", "back\\slash"])("another folder is no change of a reward: %j", async (folder) => {
  if (process.platform === "win32") return;
  const { hash, inputs, file } = await bundled(folder, "r");
  expect(inputs.at(-1)?.path).toBe(file);
  expect((await bundled("plain", "r")).hash).toBe(hash);
});

/** Processes that do esbuild's work for this one. */
const services = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const parent = Number(
          readFileSync(`/proc/${name}/stat`, "utf8")
            .replace(/^.*\) /s, "")
            .split(" ")[1],
        );
        return parent === process.pid && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("--service");
      } catch {
        return false;
      }
    })
    .map(Number);

test.skipIf(process.platform !== "linux")(
  "rewards bundle also when esbuild's process was ended, between or in the middle",
  async () => {
    const { hash } = await bundled("plain", "r");
    const first = services();
    expect(first.length).toBeGreaterThan(0);
    for (const pid of first) process.kill(pid, "SIGKILL");
    expect((await bundled("plain", "r")).hash).toBe(hash);
    const building = Promise.all([1, 2, 3].map(() => bundled("plain", "r")));
    for (const pid of services()) process.kill(pid, "SIGKILL");
    expect((await building).map((each) => each.hash)).toEqual([hash, hash, hash]);
  },
);

test("a build that has no end is given up, and the next one is made", async () => {
  await expect(builtAgain(() => new Promise(() => undefined), 0.2)).rejects.toThrow("takes longer than 0.2 s");
  expect((await bundled("plain", "r")).inputs.length).toBe(2);
});
