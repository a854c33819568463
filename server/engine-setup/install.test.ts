/** The whole setup against an index on this machine; binding, compiler and probe are stand-ins. */
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SetupProgress } from "../protocol/engine";
import { otherProcess } from "../runs/processes.testing";
import { bindingName, compilerArguments } from "./binding";
import { installEngine, removeEngines, testEngine, type InstallOptions } from "./install";
import type { Machine } from "./machine";
import { installedEngines, usableTensorflow } from "./manifest";
import { pinnedWheel, type PinnedWheel } from "./pinned-wheels";
import { sha256, startIndex, temporaryFolder, zip, type TestIndex } from "./index.testing";

const machine: Machine = { platform: "linux", arch: "x64", glibc: [2, 36], distribution: ["debian"] };
const filename = "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl";
const requires = ["nvidia-cublas-cu12<13.0,>=12.5", "nvidia-nccl-cu12>=2"].map(
  (requirement) => `Requires-Dist: ${requirement}; extra == "and-cuda"\n`,
);
// Too varied to be packed small: it comes in several pieces.
const library = Array.from({ length: 100_000 }, (_, at) =>
  String((at * 2_654_435_761) % 100_003).padStart(5, "0"),
).join("");
const tensorflow = zip([
  { name: "tensorflow/libtensorflow_cc.so.2", data: library },
  { name: "tensorflow/libtensorflow_framework.so.2", data: "framework" },
  { name: "tensorflow/include/tensorflow/c/c_api.h", data: "header" },
  { name: "tensorflow/__init__.py", data: "python" },
  { name: "tensorflow-2.21.0.dist-info/METADATA", data: `Name: tensorflow\n${requires.join("")}` },
]);
const wheel: PinnedWheel = {
  project: "tensorflow",
  filename,
  sha256: sha256(tensorflow),
  bytes: tensorflow.length,
  unpackedBytes: 500_100,
};

let index: TestIndex;
let engines: string;
let dist: string;

/** A probe that says whether the libraries and the binding are where they are looked for. */
const probe = `
  const { existsSync, readFileSync } = require("node:fs");
  const { dirname, join } = require("node:path");
  const [binding] = process.argv.slice(2);
  const library = join(dirname(binding), "tensorflow", "libtensorflow_cc.so.2");
  const text = existsSync(library) ? readFileSync(binding, "utf8") : "nothing";
  const works = text.startsWith("binding");
  console.log(JSON.stringify({ version: works ? "2.21.0" : null, device: works ? "cpu" : null,
    problem: works ? null : "It cannot be loaded: " + text, products: [], missing: [] }));`;

/** Compiles by writing what it was asked for. */
const compiler = `
  const { writeFileSync } = require("node:fs");
  const args = process.argv.slice(2);
  if (args.includes("--version")) process.exit(0);
  if (process.env.COMPILER_FAILS) { console.error("x.cc:1: error: no member named y"); process.exit(1); }
  writeFileSync(args[args.indexOf("-o") + 1], "binding " + args.join(" "));`;

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

beforeEach(async () => {
  index = await startIndex({ [filename]: tensorflow });
  engines = join(temporaryFolder("engines"), "engines");
  dist = temporaryFolder("dist");
  write(join(dist, "engine-probe.js"), probe);
  write(join(dist, "package.json"), "{}");
  write(join(dist, "compiler.cjs"), compiler);
});
afterEach(() => index.close());

const prebuild = (text = "binding, prebuilt") =>
  write(join(dist, "tensorflow", "prebuilt", "linux-x64", bindingName), text);

const never = new AbortController().signal;
const install = (change: Partial<InstallOptions> = {}) =>
  installEngine({
    engines,
    distFolder: dist,
    variant: "cpu",
    signal: never,
    progress: () => undefined,
    machine,
    wheel,
    pip: index.pip,
    free: () => Promise.resolve(1e12),
    environment: { PATH: process.env["PATH"], CXX: `${process.execPath} ${join(dist, "compiler.cjs")}` },
    ...change,
  });
const engineFolder = () => join(engines, "tensorflow-2.21.0-cpu");
const files = () => index.requests.filter(({ path }) => path.startsWith("/files/"));

test("an engine is downloaded, unpacked, built and tested; the wheel is deleted", async () => {
  const phases: string[] = [];
  const progress = ({ phase }: SetupProgress) => {
    if (phases.at(-1) !== phase) phases.push(phase);
  };
  const engine = await install({ progress });
  expect(engine).toMatchObject({ variant: "cpu", version: "2.21.0", probe: { works: true, device: "cpu" } });
  expect(phases).toEqual(["looking", "downloading", "verifying", "unpacking", "building", "testing"]);
  expect(installedEngines(engines)).toEqual([engine]);
  expect(usableTensorflow([engine])).toEqual({
    tensorflow: { binding: join(engineFolder(), bindingName), device: "cpu" },
    tensorflowProblem: null,
  });
  expect(readFileSync(join(engineFolder(), "tensorflow", "libtensorflow_cc.so.2"), "utf8")).toBe(library);
  expect(existsSync(join(engineFolder(), "tensorflow", "__init__.py"))).toBe(false);
  expect(readdirSync(engines)).toEqual(["engines.lock", "tensorflow-2.21.0-cpu"]);
});

test("an engine that is installed is only tested", async () => {
  await install();
  const before = index.requests.length;
  write(join(engineFolder(), bindingName), "broken");
  const { probe: result } = await install();
  expect(index.requests).toHaveLength(before);
  expect(result).toMatchObject({ works: false, problem: expect.stringContaining("broken") as string });
  // Its files stay; what asks for it is told why it is not used.
  const { tensorflow: usable, tensorflowProblem } = usableTensorflow(installedEngines(engines));
  expect(usable).toBeNull();
  expect(tensorflowProblem).toContain("broken");
});

test("a cancelled setup is no engine, and the next one goes on from what has come", async () => {
  const abort = new AbortController();
  const reason = new Error("cancelled");
  const progress = ({ phase }: SetupProgress) => phase === "downloading" && abort.abort(reason);
  await expect(install({ signal: abort.signal, progress })).rejects.toBe(reason);
  expect(installedEngines(engines)).toEqual([]);
  expect(readdirSync(join(engines, "downloads"))).toEqual([`${filename}.part`]);
  await install();
  expect(files().at(-1)?.range).toMatch(/^bytes=[1-9]/);
  expect(installedEngines(engines)).toHaveLength(1);
});

test("a setup that ends while unpacking is no engine; the next one downloads nothing again", async () => {
  const abort = new AbortController();
  const progress = ({ phase }: SetupProgress) => phase === "unpacking" && abort.abort(new Error("cancelled"));
  await expect(install({ signal: abort.signal, progress })).rejects.toThrow("cancelled");
  expect(installedEngines(engines)).toEqual([]);
  await install();
  expect(files()).toHaveLength(1);
});

test("without enough space nothing is downloaded, and the message says how much is needed and free", async () => {
  const free = () => Promise.resolve(1000);
  await expect(install({ free })).rejects.toThrow(
    `${wheel.bytes + wheel.unpackedBytes} bytes), 1 kB are free (1000 bytes)`,
  );
  expect(index.requests).toEqual([]);
});

test("space that runs out between download and unpacking keeps the download", async () => {
  let asked = 0;
  const free = () => Promise.resolve(++asked < 3 ? 1e12 : 1);
  await expect(install({ free })).rejects.toThrow(/not enough space/);
  expect(readdirSync(join(engines, "downloads"))).toEqual([filename]);
  expect(installedEngines(engines)).toEqual([]);
});

test("a wheel with another hash than the pinned one is refused", async () => {
  index.files.set(filename, Buffer.concat([tensorflow.subarray(0, -1), Buffer.from("x")]));
  await expect(install()).rejects.toThrow(/must be [0-9a-f]{64}/);
  expect(installedEngines(engines)).toEqual([]);
});

test("without a compiler nothing is downloaded, and the message says what to install", async () => {
  const environment = { PATH: temporaryFolder("empty") };
  await expect(install({ environment })).rejects.toThrow(/no C\+\+ compiler was found.*sudo apt install g\+\+/);
  const mac: Machine = { platform: "darwin", arch: "arm64", glibc: null, distribution: [] };
  await expect(install({ environment, machine: mac })).rejects.toThrow(/xcode-select --install/);
  await expect(install({ environment: { ...environment, CXX: "no-such-compiler -m64" } })).rejects.toThrow(
    /CXX names does not work: no-such-compiler -m64/,
  );
  expect(index.requests).toEqual([]);
});

test("a binding that does not compile says why and keeps what was unpacked", async () => {
  const environment = { CXX: `${process.execPath} ${join(dist, "compiler.cjs")}`, COMPILER_FAILS: "1" };
  await expect(install({ environment })).rejects.toThrow(/error: no member named y.*build\.log/);
  expect(readFileSync(join(engineFolder(), "build.log"), "utf8")).toContain("no member named y");
  expect(installedEngines(engines)).toEqual([]);
  await install();
  expect(files()).toHaveLength(1);
});

test("a prebuilt binding needs no compiler; one that does not load here is built where there is a compiler", async () => {
  prebuild();
  const { binding } = await install({ environment: { PATH: "" } });
  expect(readFileSync(binding, "utf8")).toBe("binding, prebuilt");
  await removeEngines(engines, null);
  prebuild("of a newer system");
  expect((await install({ environment: { PATH: "" } })).probe?.works).toBe(false);
  await removeEngines(engines, null);
  expect((await install()).probe?.works).toBe(true);
});

test("the compiler is told where headers and libraries are, and where they will be looked for", () => {
  const linux = compilerArguments("/src", "/engine", "/engine/out", "linux");
  expect(linux).toContain("-Wl,-rpath,$ORIGIN/tensorflow");
  expect(linux).toContain(join("/engine", "tensorflow", "libtensorflow_cc.so.2"));
  const mac = compilerArguments("/src", "/engine", "/engine/out", "darwin");
  expect(mac).toContain("-Wl,-rpath,@loader_path/tensorflow");
  expect(mac).toContain(join("/engine", "tensorflow", "libtensorflow_framework.2.dylib"));
});

const cudaWheels = {
  "nvidia_cublas_cu12-12.9.1-py3-none-manylinux_2_27_x86_64.whl": zip([
    { name: "nvidia/cublas/lib/libcublas.so.12", data: "cublas" },
    { name: "nvidia/cublas/include/cublas.h", data: "header" },
  ]),
  "nvidia_cublas_cu12-13.1.0-py3-none-manylinux_2_27_x86_64.whl": zip([]),
  "nvidia_nccl_cu12-2.30.1-py3-none-manylinux_2_18_x86_64.whl": zip([
    { name: "nvidia/nccl/lib/libnccl.so.2", data: "nccl" },
  ]),
};

test("CUDA brings the libraries that the wheel names, each by its hash; what an interrupted setup has is not fetched again", async () => {
  for (const [name, data] of Object.entries(cudaWheels).slice(0, 2)) index.files.set(name, data);
  const environment = { CXX: `${process.execPath} ${join(dist, "compiler.cjs")}`, PATH: "" };
  await expect(install({ variant: "cuda", environment })).rejects.toThrow(
    /No package index has a wheel of nvidia-nccl-cu12/,
  );
  const had = files().length;
  for (const [name, data] of Object.entries(cudaWheels)) index.files.set(name, data);
  const engine = await install({ variant: "cuda", environment });
  expect(
    files()
      .slice(had)
      .map(({ path }) => path),
  ).toEqual([`/files/${Object.keys(cudaWheels)[2]!}`]);
  const nvidia = join(engine.folder, "nvidia");
  expect(readFileSync(join(nvidia, "cublas", "lib", "libcublas.so.12"), "utf8")).toBe("cublas");
  expect(readFileSync(join(nvidia, "cuda_runtime", "lib", "libnccl.so.2"), "utf8")).toBe("nccl");
  expect(existsSync(join(nvidia, "cublas", "include"))).toBe(false);
});

test("two setups at a time do not write the same files; a process that was killed locks nobody out", async () => {
  const first = install();
  await expect(install()).rejects.toThrow(/being set up.*already/);
  await first;
  const killed = otherProcess(
    `import { withLock } from "../engine-setup/lock";
     void withLock(process.argv[2], () => new Promise(() => setInterval(() => process.send("locked"), 10)));`,
    engines,
  );
  await once(killed, "message");
  await expect(install()).rejects.toThrow(/being set up.*already/);
  killed.kill("SIGKILL");
  await once(killed, "exit");
  // Another process may have its number by now: this one is there, and has no lock.
  write(join(engines, "setup.lock"), String(process.pid));
  expect((await install()).probe?.works).toBe(true);
});

test("a folder of engines that is a file is said", async () => {
  write(join(engines, "..", "file"), "");
  engines = join(engines, "..", "file");
  await expect(install()).rejects.toThrow(
    `${engines} cannot be written: ${engines} is a file, not a folder. Mend that`,
  );
});

test("removing leaves nothing but the lock, of begun engines neither", async () => {
  await install();
  write(join(engines, "tensorflow-2.21.0-cuda", "tensorflow", "half"), "");
  write(join(engines, "downloads", "x.part"), "");
  expect(await removeEngines(engines, "cuda")).toEqual([join(engines, "tensorflow-2.21.0-cuda")]);
  expect(installedEngines(engines)).toHaveLength(1);
  expect(await removeEngines(engines, null)).toEqual([engineFolder()]);
  expect(readdirSync(engines)).toEqual(["engines.lock"]);
  await expect(
    testEngine(engineFolder(), { distFolder: dist, signal: never, progress: () => undefined }),
  ).rejects.toThrow(/holds no engine/);
});

test("a manifest of another version, or without its binding, is no engine", async () => {
  await install();
  const manifest = join(engineFolder(), "engine.json");
  const text = readFileSync(manifest, "utf8");
  writeFileSync(manifest, text.replace('"format": 1', '"format": 2'));
  expect(installedEngines(engines)).toEqual([]);
  writeFileSync(manifest, text);
  rmSync(join(engineFolder(), bindingName));
  expect(installedEngines(engines)).toEqual([]);
});

test.each([
  [{ platform: "win32", arch: "x64", glibc: null, distribution: [] }, "cpu", /Windows.*simd engine needs no setup/],
  [{ platform: "darwin", arch: "x64", glibc: null, distribution: [] }, "cpu", /no package for darwin-x64/],
  [{ platform: "darwin", arch: "arm64", glibc: null, distribution: [] }, "cuda", /CUDA exists for Linux on x64 only/],
  [
    { platform: "linux", arch: "x64", glibc: null, distribution: ["alpine"] },
    "cpu",
    /GNU C library, which this system lacks/,
  ],
  [{ platform: "linux", arch: "x64", glibc: [2, 17], distribution: [] }, "cpu", /2\.27 .*this system has 2\.17/],
] as const)("%j has no TensorFlow (%s)", (one, variant, message) => {
  expect(() => pinnedWheel(one, variant)).toThrow(message);
});

test("wheels are pinned whole", () => {
  const linux = (arch: string): Machine => ({ ...machine, arch });
  const mac: Machine = { platform: "darwin", arch: "arm64", glibc: null, distribution: [] };
  const pinned = [
    pinnedWheel(linux("x64"), "cpu"),
    pinnedWheel(linux("x64"), "cuda"),
    pinnedWheel(linux("arm64"), "cpu"),
    pinnedWheel(mac, "cpu"),
  ];
  for (const one of pinned) {
    expect(one.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(one.filename.startsWith(`${one.project.replaceAll("-", "_")}-2.21.0-`)).toBe(true);
    expect(one.unpackedBytes).toBeGreaterThan(one.bytes);
  }
  expect(new Set(pinned.map((one) => one.sha256)).size).toBe(4);
});
