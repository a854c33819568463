import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isCudaMember, isTensorflowMember } from "./pinned-wheels";
import { temporaryFolder, zip } from "./index.testing";
import { unpack, unpackedBytes } from "./wheel";

const never = new AbortController().signal;

test("of TensorFlow's wheel come the libraries, the headers of the C interface and the licences", () => {
  const names = [
    "tensorflow/libtensorflow_cc.so.2",
    "tensorflow/libtensorflow_framework.so.2",
    "tensorflow/include/tensorflow/c/c_api.h",
    "tensorflow/include/tensorflow/c/eager/c_api.h",
    "tensorflow/include/tensorflow/core/platform/ctstring_internal.h",
    "tensorflow/include/tsl/platform/ctstring.h",
    "tensorflow/include/xla/tsl/c/tsl_status.h",
    "tensorflow/THIRD_PARTY_NOTICES.txt",
  ];
  const others = [
    "tensorflow/include/absl/types/span.h",
    "tensorflow/include/tensorflow/core/platform/env.h",
    "tensorflow/python/_pywrap_tensorflow_internal.so",
    "tensorflow/__init__.py",
    "other/tensorflow/libtensorflow_cc.so.2",
  ];
  expect([...names, ...others].filter((name) => isTensorflowMember(name, "linux"))).toEqual(names);
  expect(isTensorflowMember("tensorflow/libtensorflow_cc.2.dylib", "darwin")).toBe(true);
  expect(isTensorflowMember("tensorflow/libtensorflow_cc.so.2", "darwin")).toBe(false);
});

test("of wheels of CUDA come libraries, the assembler and licences", () => {
  const names = [
    "nvidia/cublas/lib/libcublas.so.12",
    "nvidia/cuda_nvrtc/lib/libnvrtc-builtins.alt.so.12.9",
    "nvidia/cuda_nvcc/nvvm/lib64/libnvvm.so",
    "nvidia/cuda_nvcc/bin/ptxas",
    "nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc",
    "nvidia_cublas_cu12-12.9.dist-info/License.txt",
    "nvidia_cublas_cu12-12.9.dist-info/licenses/License.txt",
  ];
  const others = ["nvidia/cublas/include/cublas.h", "nvidia/__init__.py", "nvidia/cuda_cupti/lib/checkpoint.a"];
  expect([...names, ...others].filter(isCudaMember)).toEqual(names);
});

test("chosen files are unpacked with their paths, and programs stay programs", async () => {
  const folder = temporaryFolder("unpack");
  const wheel = join(folder, "a.whl");
  const big = "x".repeat(200_000);
  writeFileSync(
    wheel,
    zip([
      { name: "a/b/library.so", data: big },
      { name: "a/bin/tool", data: "#!", mode: 0o755 },
      { name: "a/readme", data: "no" },
    ]),
  );
  const wanted = (name: string): boolean => name !== "a/readme";
  expect(await unpackedBytes(wheel, wanted)).toBe(200_002);
  const seen: number[] = [];
  const files = await unpack(wheel, join(folder, "out"), wanted, never, (done, total) => seen.push(done / total));
  expect(files).toEqual([
    { path: "a/b/library.so", bytes: 200_000 },
    { path: "a/bin/tool", bytes: 2 },
  ]);
  expect(readFileSync(join(folder, "out", "a", "b", "library.so"), "utf8")).toBe(big);
  expect(existsSync(join(folder, "out", "a", "readme"))).toBe(false);
  expect(seen.at(-1)).toBe(1);
  if (process.platform !== "win32") expect(statSync(join(folder, "out", "a", "bin", "tool")).mode & 0o111).toBe(0o111);
});

test("a name that leads out of the folder is refused; what is no archive is named", async () => {
  const folder = temporaryFolder("unpack");
  const wheel = join(folder, "a.whl");
  writeFileSync(wheel, zip([{ name: "../evil.so", data: "x" }]));
  await expect(
    unpack(
      wheel,
      join(folder, "out"),
      () => true,
      never,
      () => undefined,
    ),
  ).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(["a.whl"]);
  writeFileSync(wheel, "<html>");
  await expect(unpackedBytes(wheel, () => true)).rejects.toThrow(/a\.whl is no zip archive/);
});
