// A real model, SmolLM2-135M-Instruct, beside PyTorch with transformers, peft and TRL, and llama.cpp where it is installed: sampling, full and LoRA SFT, a
// step of GRPO with LoRA. Every row has processes of its own, so that the memory of each is what this work took.
import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../harness/node.mjs";
import { bundleWorker, ourSide, peerSide } from "./sides.mjs";
import { ratios, spread } from "./statistics.mjs";

const size = (prompts, samples, promptTokens, completionTokens) => ({
  prompts,
  samples,
  promptTokens,
  completionTokens,
});

/** `drawn`: only what is drawn counts as tokens. On a processor every engine samples by the same kernel, so that one is enough there. */
export const realWorks = [
  { work: "generate 16 × 8 × 64 tokens", ask: "generate", ...size(16, 8, 64, 64), drawn: true },
  { work: "generate 32 × 256 tokens", ask: "generate", ...size(32, 1, 64, 256), drawn: true },
  { work: "generate one sequence of 128", ask: "generate", ...size(1, 1, 64, 128), drawn: true, llama: true },
  { work: "full SFT, 32 × 96 tokens", ask: "sft", ...size(32, 1, 32, 64), drawn: false },
  { work: "LoRA SFT, 32 × 96 tokens", ask: "sft", ...size(32, 1, 32, 64), drawn: false, lora: true },
  { work: "GRPO + LoRA step, 8 × 8, 64 + 128", ask: "grpo", ...size(8, 8, 64, 128), drawn: false, lora: true },
];

/** As many tokens of it as make caches, threads and moments ready. */
const warmUp = { generate: size(1, 1, 64, 4), sft: size(2, 1, 32, 64) };

const tokensOf = ({ prompts, samples, promptTokens, completionTokens, drawn }) =>
  prompts * samples * (drawn ? completionTokens : promptTokens + completionTokens);

/** Whether a Python has a package. */
const has = (python, name) =>
  spawnSync(python, ["-c", `import ${name}`], { stdio: "ignore", timeout: 120_000 }).status === 0;

/**
 * Rows of the table, and what ran: `{ results, sides, auto }`. `python`: null measures our side alone. `say` prints a line.
 */
export async function measureReal({ dist, scratch, python, engines, rounds, say }) {
  const worker = await bundleWorker("test/bench/real-worker.ts");
  const folder = join(scratch, "smollm2");
  await mkdir(folder, { recursive: true });
  const results = [];
  const sides = new Map();
  try {
    // It stays for the next time.
    const models = join(root, ".vscode-test", "models");
    const maker = await ourSide("auto", worker.file, dist);
    const auto = maker.engine.name;
    say(`auto takes ${auto}: ${maker.engine.reason}`);
    const { checkpoint } = await maker.ask({ work: "prepare", models, folder });
    maker.end();
    const llama = python !== null && has(python, "xllamacpp");
    if (python !== null && !llama)
      say("llama.cpp is not measured: this Python has no xllamacpp (`pip install xllamacpp`).");

    for (const one of realWorks) {
      const own = one.drawn ? [engines[0]] : engines;
      const started = [
        ...own.map((engine) => () => ourSide(engine, worker.file, dist)),
        ...(python === null ? [] : [() => peerSide(python, "torch")]),
        ...(llama && one.llama ? [() => peerSide(python, "llama.cpp")] : []),
      ];
      const running = [];
      // One after the other: what one side takes to start does not slow another.
      for (const start of started) {
        const side = await start();
        running.push(side);
        sides.set(side.name, side.engine.reason);
        await side.ask({ work: "load", checkpoint, folder, lora: one.lora ?? false });
        const warm = warmUp[one.ask];
        if (warm !== undefined) await side.ask({ work: one.ask, ...warm });
      }
      const rates = await alternate(running, one, rounds, own, say);
      const alive = running.filter(({ name }) => rates.has(name));
      const peaks = new Map();
      for (const side of alive) peaks.set(side.name, (await side.ask({ work: "peak" })).peak_mb / 1024);
      for (const side of alive) side.end();
      const peers = alive.filter(({ name }) => !own.includes(name));
      for (const engine of own)
        for (const peer of peers.length === 0 ? [null] : peers) {
          const ours = rates.get(engine);
          const theirs = peer && rates.get(peer.name);
          results.push({
            work: one.work,
            engine,
            unit: "tokens/s",
            ours: spread(ours),
            peak_gb: round(peaks.get(engine)),
            peer: peer && peer.name,
            theirs: theirs && spread(theirs),
            their_peak_gb: peer && round(peaks.get(peer.name)),
            ratio: theirs && spread(ratios(ours, theirs)),
          });
          say(rowText(results.at(-1)));
        }
    }
    return { results, sides: Object.fromEntries(sides), auto };
  } finally {
    await worker.remove();
  }
}

/** Asks every side for the same work, round by round, each time in another order; tokens a second. A peer that ends, out of memory say, is told and left out. */
async function alternate(sides, one, rounds, own, say) {
  const { ask, prompts, samples, promptTokens, completionTokens } = one;
  const rates = new Map(sides.map((side) => [side.name, []]));
  for (let round = 0; round < rounds; round++)
    for (let index = 0; index < sides.length; index++) {
      const side = sides[(index + round) % sides.length];
      if (!rates.has(side.name)) continue;
      try {
        const { milliseconds } = await side.ask({ work: ask, prompts, samples, promptTokens, completionTokens });
        rates.get(side.name).push((1000 * tokensOf(one)) / milliseconds);
      } catch (error) {
        if (own.includes(side.name)) throw error;
        rates.delete(side.name);
        say(`${one.work}: ${side.name} did not get to its end, and is left out: ${error.message.slice(-300)}`);
      }
    }
  return rates;
}

const round = (value) => Number(value.toPrecision(3));

function rowText({ work, engine, ours, peak_gb, peer, theirs, their_peak_gb, ratio }) {
  const speed = ({ median, low, high }) => `${median} (${low}–${high}) tokens/s`;
  const beside = theirs
    ? `; ${peer} ${speed(theirs)}, ${their_peak_gb} GB; ${ratio.median}× (${ratio.low}–${ratio.high})`
    : "";
  return `${work}, ${engine}: ${speed(ours)}, ${peak_gb} GB${beside}`;
}
