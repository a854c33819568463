/** The packages ("wheels") of TensorFlow that its native library is taken from: one of a platform, with the hash that it must have. */
import type { EngineVariant } from "../protocol/engine";
import type { Machine } from "./machine";
import { UnavailableError } from "./setup-error";

export const tensorflowVersion = "2.21.0";

export interface PinnedWheel {
  /** Name of the project on the package index. */
  readonly project: string;
  readonly filename: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Bytes of what is unpacked of it. */
  readonly unpackedBytes: number;
}

/** The library is the same in the wheels of all Python versions: those of CPython 3.11 stand for all. */
const wheels: Readonly<Record<string, PinnedWheel>> = {
  "linux-x64-cpu": {
    project: "tensorflow-cpu",
    filename: "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    bytes: 273_829_956,
    unpackedBytes: 853_500_000,
  },
  "linux-x64-cuda": {
    project: "tensorflow",
    filename: "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
    bytes: 572_440_367,
    unpackedBytes: 1_259_200_000,
  },
  "linux-arm64-cpu": {
    project: "tensorflow",
    filename: "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl",
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
    bytes: 281_828_020,
    unpackedBytes: 883_300_000,
  },
  "darwin-arm64-cpu": {
    project: "tensorflow",
    filename: "tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl",
    sha256: "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
    bytes: 223_405_849,
    unpackedBytes: 741_000_000,
  },
};

/** CUDA libraries come in whatever version the index has: what those of CUDA 12.9 take. */
export const cudaLibraries = { bytes: 3_000_000_000, unpackedBytes: 4_600_000_000 };

const embedded = "The embedded simd engine needs no setup and runs here.";

/** The wheel of a machine. Throws where there is none, with the reason. */
export function pinnedWheel({ platform, arch, glibc }: Machine, variant: EngineVariant): PinnedWheel {
  if (platform === "win32") {
    throw new UnavailableError(
      `TensorFlow cannot be set up on Windows: its package for Windows holds no library that this engine can use. Under WSL it can. ${embedded}`,
    );
  }
  if (platform === "linux" && glibc === null) {
    throw new UnavailableError(
      `TensorFlow's packages for Linux need the GNU C library, which this system lacks. ${embedded}`,
    );
  }
  if (platform === "linux" && glibc !== null && (glibc[0] < 2 || (glibc[0] === 2 && glibc[1] < 27))) {
    throw new UnavailableError(
      `TensorFlow ${tensorflowVersion} needs version 2.27 of the GNU C library or later; this system has ${glibc.join(".")}. ${embedded}`,
    );
  }
  const wheel = wheels[`${platform}-${arch}-${variant}`];
  if (wheel) return wheel;
  if (variant === "cuda" && wheels[`${platform}-${arch}-cpu`]) {
    throw new UnavailableError(
      `TensorFlow with CUDA exists for Linux on x64 only, not for ${platform}-${arch}. Choose CPU.`,
    );
  }
  throw new UnavailableError(`TensorFlow ${tensorflowVersion} has no package for ${platform}-${arch}. ${embedded}`);
}

/** File names of the two libraries, without folders. */
export const libraryNames = (platform: NodeJS.Platform): readonly [string, string] =>
  platform === "darwin"
    ? ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"]
    : ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

/** Headers of the C interface and what they include. */
const headers =
  /^tensorflow\/include\/(tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|tsl\/platform\/ctstring|xla\/tsl\/c\/)[^.]*\.h$/;

/** Whether a file of TensorFlow's wheel is unpacked: the libraries, the headers of the C interface, the licences. */
export function isTensorflowMember(name: string, platform: NodeJS.Platform): boolean {
  return (
    libraryNames(platform).some((library) => name === `tensorflow/${library}`) ||
    headers.test(name) ||
    name === "tensorflow/THIRD_PARTY_NOTICES.txt"
  );
}

/** Whether a file of a wheel with CUDA libraries is unpacked: libraries, what compiles kernels at run time, licences. */
export const isCudaMember = (name: string): boolean =>
  /^nvidia\/.*\.so(\.[\w.]+)?$/.test(name) ||
  /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/.*\.bc)$/.test(name) ||
  /\.dist-info\/(licenses\/)?licen[cs]e(\.txt)?$/i.test(name);
