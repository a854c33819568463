import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { expect, test } from "vitest";
import { isOnSystem, linkCudaLibraries, newestWheel, parseLdconfig } from "./cuda-libraries";
import { parseRequirement } from "./requirements";
import { temporaryFolder } from "./index.testing";

const requirement = parseRequirement("nvidia-cudnn-cu12<10.0,>=9.3.0.75")!;

test("the system has a library when the file behind its name is of a fitting version", () => {
  const output = [
    "2 libs found in cache `/etc/ld.so.cache'",
    "\tlibcudnn.so.9 (libc6,AArch64) => /arm/libcudnn.so.9",
    "\tlibcudnn.so.9 (libc6,x86-64) => /usr/lib/libcudnn.so.9",
    "\tlibnccl.so.2 (libc6,x86-64) => /usr/lib/libnccl.so.2",
  ].join("\n");
  const system = parseLdconfig(output, "x64");
  expect(system.get("libcudnn.so.9")).toBe("/usr/lib/libcudnn.so.9");
  const resolvesTo = (name: string) =>
    ((path: string) => join(dirname(path), name)) as Parameters<typeof isOnSystem>[2];
  expect(isOnSystem(requirement, system, resolvesTo("libcudnn.so.9.5.0"))).toBe(true);
  expect(isOnSystem(requirement, system, resolvesTo("libcudnn.so.9.1.0"))).toBe(false);
  expect(isOnSystem(requirement, system, resolvesTo("libcudnn.so"))).toBe(false);
  expect(isOnSystem(requirement, new Map(), resolvesTo("libcudnn.so.9.5.0"))).toBe(false);
  expect(isOnSystem(parseRequirement("nvidia-cuda-nvcc-cu12")!, system)).toBe(false);
});

test("of the fitting wheels the newest one is taken", () => {
  const file = (filename: string, change: object = {}) => ({
    filename,
    url: filename,
    sha256: "00",
    bytes: 1,
    yanked: false,
    ...change,
  });
  const files = [
    file("nvidia_cudnn_cu12-9.8.0.87-py3-none-manylinux_2_27_x86_64.whl"),
    file("nvidia_cudnn_cu12-9.10.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"),
    file("nvidia_cudnn_cu12-9.20.0.1-py3-none-manylinux_2_40_x86_64.whl"),
    file("nvidia_cudnn_cu12-9.21.0.1-py3-none-manylinux_2_27_aarch64.whl"),
    file("nvidia_cudnn_cu12-9.22.0.1-py3-none-win_amd64.whl"),
    file("nvidia_cudnn_cu12-9.23.0.1-py3-none-manylinux_2_27_x86_64.whl", { yanked: true }),
    file("nvidia_cudnn_cu12-9.24.0.1-py3-none-manylinux_2_27_x86_64.whl", { sha256: null }),
    file("nvidia_cudnn_cu12-10.0.0.1-py3-none-manylinux_2_27_x86_64.whl"),
    file("nvidia_cudnn_cu12-9.9.0.tar.gz"),
  ];
  const chosen = (arch: string, glibc: readonly [number, number]) =>
    newestWheel(requirement, files, { arch, glibc })?.filename;
  expect(chosen("x64", [2, 36])).toContain("9.10.1.4");
  expect(chosen("x64", [2, 41])).toContain("9.20.0.1");
  expect(chosen("x64", [2, 16])).toBeUndefined();
  expect(chosen("arm64", [2, 36])).toContain("9.21.0.1");
});

test.skipIf(process.platform === "win32")(
  "libraries of all folders can be found from the runtime's folder, also when the engine is moved",
  async () => {
    const engine = temporaryFolder("links");
    for (const path of [
      "cusolver/lib/libcusolver.so.11",
      "cublas/lib/libcublas.so.12",
      "cuda_runtime/lib/libcudart.so.12",
    ]) {
      mkdirSync(dirname(join(engine, "nvidia", path)), { recursive: true });
      writeFileSync(join(engine, "nvidia", path), path);
    }
    await linkCudaLibraries(engine);
    await linkCudaLibraries(engine);
    const meeting = join(engine, "nvidia", "cuda_runtime", "lib");
    expect(readFileSync(join(meeting, "libcusolver.so.11"), "utf8")).toBe("cusolver/lib/libcusolver.so.11");
    expect(isAbsolute(readlinkSync(join(meeting, "libcublas.so.12")))).toBe(false);
    expect(readFileSync(join(meeting, "libcudart.so.12"), "utf8")).toBe("cuda_runtime/lib/libcudart.so.12");
    expect(existsSync(join(engine, "nvidia", "cublas", "lib", "libcudart.so.12"))).toBe(false);
  },
);
