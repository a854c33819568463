// What work on a real model must reach beside its peer in the same run, and what we aim at; memory of our process at most, GB.
export const realTargets = [
  { work: "generate 16 × 8 × 64 tokens", peer: "torch", atLeast: 2.5, aim: 4 },
  { work: "generate 32 × 256 tokens", peer: "torch", atLeast: 2.5, aim: 4 },
  { work: "generate one sequence of 128", peer: "llama.cpp", atLeast: 0.5, aim: 1 },
  { work: "full SFT, 32 × 96 tokens", peer: "torch", atLeast: 1, aim: 1.2, most: 4 },
  { work: "LoRA SFT, 32 × 96 tokens", peer: "torch", atLeast: 1, aim: 1.5, most: 2 },
  { work: "GRPO + LoRA step, 8 × 8, 64 + 128", peer: "torch", atLeast: 1.5, aim: 2.5, most: 3 },
];

const targetOf = ({ work, peer }) => realTargets.find((target) => target.work === work && target.peer === peer);

/** What the faster engine of each row stayed below, and memory beyond what the row may take: one engine has to reach both. */
export function missedByReal(results) {
  return realTargets.flatMap((target) => {
    const rows = results.filter((row) => targetOf(row) === target);
    const misses = rows.map(({ engine, ratio, peak_gb }) => [
      ...(ratio && ratio.median < target.atLeast
        ? [`${target.work}, ${engine}: ${ratio.median}× < ${target.atLeast}×`]
        : []),
      ...(target.most !== undefined && peak_gb > target.most
        ? [`${target.work}, ${engine}: ${peak_gb} GB > ${target.most} GB`]
        : []),
    ]);
    return misses.some((found) => found.length === 0) ? [] : misses.flat();
  });
}

/** Text of a row's target; empty where it has none. */
export function realTargetText(row) {
  const target = targetOf(row);
  if (target === undefined) return "";
  const memory = target.most === undefined ? "" : ` at ≤ ${target.most} GB`;
  return `≥ ${target.atLeast}×${memory}, aim ${target.aim}×`;
}
