/** What an installed engine is and what its test said, as lines for a terminal. */
import { deviceText, productText, type InstalledEngine, type ProbeResult } from "../protocol/engine";
import { sizeText } from "../shared/size-text";

/** One sentence: `works on the CPU; a known gradient is right (0.9 s)`. */
export function probeText(probe: ProbeResult | null): string {
  if (!probe) return "was not tested completely";
  if (!probe.works) return "does not work";
  return `works on the ${deviceText(probe)}; a known gradient is right (${probe.seconds.toFixed(1)} s)`;
}

/** Indented lines no wider than `columns`. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns - 2) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => `  ${line}`);
}

export function engineText({ variant, version, folder, bytes, probe }: InstalledEngine, columns = 100): string {
  return [
    `TensorFlow ${version} (${variant === "cuda" ? "CUDA" : "CPU"}): ${probeText(probe)}`,
    `  ${sizeText(bytes)} in ${folder}`,
    ...(probe?.products.length ? [`  Products of matrices: ${probe.products.map(productText).join(", ")}`] : []),
    ...(probe?.problem == null ? [] : wrapped(probe.problem, columns)),
  ].join("\n");
}

export function enginesText(engines: readonly InstalledEngine[], folder: string, install: string): string {
  if (engines.length > 0) return engines.map((engine) => engineText(engine)).join("\n\n");
  return `TensorFlow is not installed in ${folder}. The embedded simd engine needs no setup.\nInstall it with: ${install}`;
}
