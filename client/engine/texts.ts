/** What is said about engines in pickers and messages. */
import type { EngineStatusResult } from "../../server/protocol/editor";
import {
  deviceText,
  measuredText,
  type EngineOffer,
  type InstalledEngine,
  type SetupProgress,
} from "../../server/protocol/engine";
import { sizeText } from "../../server/shared/size-text";

const names = { cpu: "CPU", cuda: "CUDA" } as const;

/** One sentence on what an installed engine does here. */
export function stateText({ variant, version, probe }: InstalledEngine): string {
  const name = `TensorFlow ${version} (${names[variant]})`;
  if (!probe) return `${name} is installed, but its test did not finish.`;
  if (!probe.works) return `${name} is installed but does not work: ${probe.problem ?? ""}`;
  const where = `${name} works on the ${deviceText(probe)}.${measuredText(probe)}`;
  return probe.problem === null ? where : `${where} ${probe.problem}`;
}

export interface OfferItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly offer: EngineOffer;
}

/** What can be set up, with sizes; what cannot says why. */
export const offerItems = ({ offers, engines }: EngineStatusResult): readonly OfferItem[] =>
  offers.map((offer) => {
    const installed = engines.find(({ variant }) => variant === offer.variant);
    const sizes = `${sizeText(offer.download)} to download, ${sizeText(offer.disk)} on disk`;
    const about =
      offer.variant === "cuda"
        ? "For NVIDIA GPUs, with CUDA's libraries. Also runs on the CPU."
        : "For large models on the CPU.";
    return {
      label: names[offer.variant],
      description: installed
        ? "installed"
        : offer.obstacle === null
          ? offer.variant === "cuda"
            ? `about ${sizes}`
            : sizes
          : "not available here",
      detail: offer.obstacle ?? (installed ? `${stateText(installed)} Choose to test it again.` : about),
      offer,
    };
  });

export type EngineSetting = "auto" | "simd" | "tensorflow" | "cpu";

export interface EngineItem {
  readonly label: EngineSetting;
  readonly description: string;
  readonly detail: string;
}

/** The engines to choose from, with what is known of each. */
export function engineItems({ engines, offers }: EngineStatusResult, current: string): readonly EngineItem[] {
  const installed = engines.map(stateText).join(" ");
  const obstacle = offers.find(({ variant }) => variant === "cpu")?.obstacle ?? null;
  const details: Readonly<Record<EngineSetting, string>> = {
    auto: "The fastest engine that works here: TensorFlow for large models if it is set up, else the embedded kernels.",
    simd: "The embedded WebAssembly kernels, on all cores. Nothing to set up.",
    tensorflow: installed || (obstacle ?? "Not installed. Choose it to set it up."),
    cpu: "The slow reference, for comparison.",
  };
  return (["auto", "simd", "tensorflow", "cpu"] as const).map((label) => ({
    label,
    description: label === current ? "current" : "",
    detail: details[label],
  }));
}

const phases: Readonly<Record<SetupProgress["phase"], string>> = {
  looking: "looking for",
  downloading: "downloading",
  verifying: "verifying",
  unpacking: "unpacking",
  building: "building the binding",
  testing: "testing",
};

/** `downloading tensorflow_cpu-….whl, 41 of 274 MB`. */
export function progressText({ phase, file, done, total }: SetupProgress): string {
  // Of a package its name is enough.
  const name = file.endsWith(".whl") ? (file.split("-")[0] ?? "") : file;
  const size = done === null ? "" : total === null ? sizeText(done) : `${sizeText(done)} of ${sizeText(total)}`;
  return [`${phases[phase]}${name === "" ? "" : ` ${name}`}`, size].filter((part) => part !== "").join(", ");
}
