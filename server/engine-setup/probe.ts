/** Loads an installed engine in a process of its own and says what works: a library that crashes or hangs takes nothing else along. */
import { spawn } from "node:child_process";
import type { EngineVariant, Gpu, ProbeResult } from "../protocol/engine";
import { probeReportSchema, type ProbeReport } from "../protocol/engine";
import { ownTime } from "../shared/running-time";
import { UserError } from "../shared/user-error";

/** Milliseconds. The first load reads a gigabyte from disk. */
const timeLimit = 180_000;

export interface ProbeOptions {
  /** `engine-probe.js`. */
  readonly script: string;
  readonly binding: string;
  readonly variant: EngineVariant;
  readonly signal: AbortSignal;
  readonly limit?: number;
}

interface Ended {
  readonly report: ProbeReport | null;
  /** What the process wrote beside its report: TensorFlow's own log. */
  readonly log: string;
  readonly how: Ending;
}

/** How the process ended. */
type Ending =
  | { readonly kind: "late"; readonly seconds: number }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals }
  | { readonly kind: "exit"; readonly code: number | null }
  | { readonly kind: "not-started"; readonly message: string };

/** Behind "ended with". */
function endingWords(how: Exclude<Ending, { kind: "late" }>): string {
  switch (how.kind) {
    case "signal":
      return `signal ${how.signal}`;
    case "exit":
      return `exit code ${String(how.code)}`;
    case "not-started":
      return how.message;
  }
}

function runProbe({ script, binding, variant, signal, limit = timeLimit }: ProbeOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, binding, variant], {
      // Its remarks on GPUs come at level 0.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", TF_CPP_MIN_LOG_LEVEL: variant === "cuda" ? "0" : "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let log = "";
    let late = false;
    const kill = () => void child.kill("SIGKILL");
    const takeBack = ownTime.after(limit, () => {
      late = true;
      kill();
    });
    signal.addEventListener("abort", kill, { once: true });
    const done = (how: Ending) => {
      takeBack();
      signal.removeEventListener("abort", kill);
      if (signal.aborted) reject(new UserError("The test was cancelled.", { cause: signal.reason }));
      else resolve({ report: parseReport(output), log, how });
    };
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-100_000)));
    child.on("error", ({ message }) => done({ kind: "not-started", message }));
    child.on("close", (code, signal) => {
      if (late) done({ kind: "late", seconds: limit / 1000 });
      else done(signal ? { kind: "signal", signal } : { kind: "exit", code });
    });
  });
}

/** The report is the last line that is one: libraries may print too. */
function parseReport(output: string): ProbeReport | null {
  for (const line of output.trimEnd().split("\n").reverse()) {
    if (!line.startsWith("{")) continue;
    try {
      return probeReportSchema.parse(JSON.parse(line));
    } catch {
      continue;
    }
  }
  return null;
}

/**
 * GPUs by their number, each once. `2.21: I tensorflow/….cc:12] Created device …GPU:0 with 76000 MB memory:  -> device: 0, name: NVIDIA H100, pci bus id: …`:
 * the memory is what TensorFlow may use, in units of 2²⁰ bytes (`StrCat("Created device ", …, " with ", memory >> 20, " MB memory")` of its gpu_device.cc).
 */
export const gpusIn = (log: string): Gpu[] => [
  ...new Map(
    [...log.matchAll(/Created device \S*GPU:(\d+) with (\d+) MB memory.*?name: ([^,\n]+)/g)].map(
      ([, index, megabytes, name]): [string, Gpu] => [
        index!,
        { name: name!.trim(), memory: Number(megabytes) * 2 ** 20 },
      ],
    ),
  ).values(),
];

/** The lines of TensorFlow's log that say why a GPU is not used. */
export const gpuRemarks = (log: string): string[] => [
  ...new Set(
    [
      ...log.matchAll(
        /^.*?\] (.*(?:Could not load dynamic library|failed call to cuInit|CUDA_ERROR|kernel version|driver version).*)$/gim,
      ),
    ].map(([, remark]) => remark!.trim()),
  ),
];

/** What is wrong with an engine that did not load or gave a wrong answer. */
function failure({ report, log, how }: Ended): string {
  const last = log.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
  if (report?.problem != null) {
    if (/GLIBC|CXXABI/.test(report.problem)) {
      return `${report.problem}. The binding was built for a newer system: install a C++ compiler and set TensorFlow up again.`;
    }
    return `${report.problem}. Remove the engine and set it up again; if it stays so, the simd engine runs without it.`;
  }
  if (how.kind === "signal" && how.signal === "SIGILL") {
    return "This processor lacks instructions that TensorFlow is built with (AVX). Use the simd engine.";
  }
  if (how.kind === "late")
    return `It gave no answer in ${how.seconds} seconds. Test it again when the machine is less busy.`;
  return `The process that loaded it ended with ${endingWords(how)}${last === "" ? "" : `: ${last}`}. Set it up again, or use the simd engine.`;
}

/** Why an engine that was set up for GPUs runs on the processor. */
function gpuProblem({ missing }: ProbeReport, log: string): string {
  const remarks = gpuRemarks(log);
  const said = remarks.length > 0 ? ` TensorFlow says: ${remarks.slice(0, 3).join("; ")}.` : "";
  if (missing.some((library) => library.startsWith("libcuda."))) {
    return `No GPU is used: NVIDIA's driver is missing (libcuda.so.1 cannot be loaded). Install the driver and test the engine again; until then it runs on the CPU.${said}`;
  }
  if (missing.length > 0) {
    return `No GPU is used: these libraries cannot be loaded: ${missing.join(", ")}. Set the engine up again, or install them; until then it runs on the CPU.${said}`;
  }
  return `No GPU is used, though its libraries load: there may be no NVIDIA GPU, or its driver is too old for CUDA 12. It runs on the CPU.${said}`;
}

/** Never rejects but for an abort. */
export async function probeEngine(options: ProbeOptions): Promise<ProbeResult> {
  const started = performance.now();
  const ended = await runProbe(options);
  const seconds = Math.round((performance.now() - started) / 10) / 100;
  const { report, log } = ended;
  if (report?.device == null || report.problem !== null) {
    const version = report?.version ?? null;
    return { works: false, version, device: null, gpus: [], products: [], problem: failure(ended), seconds };
  }
  const { version, device, products } = report;
  const onProcessor = options.variant === "cuda" && device === "cpu";
  const problem = onProcessor ? gpuProblem(report, log) : null;
  return { works: true, version, device, gpus: gpusIn(log), products, problem, seconds };
}
