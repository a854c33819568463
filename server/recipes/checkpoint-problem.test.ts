import { expect, test } from "vitest";
import { checkpointProblem } from "./checkpoint-problem";

const whole = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];

/** The problem of a folder `/p/m` with these names in it; null: there is none. */
function problem(names: readonly string[] | null, written = "m", files: readonly string[] = []): string | null {
  const plain = (path: string): string => path.replaceAll("\\", "/");
  const inside = (names ?? []).map((name) => `/p/m/${name}`);
  return checkpointProblem(written, `/p/${written}`, {
    exists: (path) => [...inside, ...files].includes(plain(path)),
    namesIn: (folder) => (plain(folder) === "/p/m" ? names : plain(folder) === "/p" ? ["m", "models"] : null),
  });
}

test("a whole checkpoint has no problem, with its weights in one file or in several", () => {
  expect(problem(whole)).toBeNull();
  expect(
    problem(whole.map((name) => (name === "model.safetensors" ? "model.safetensors.index.json" : name))),
  ).toBeNull();
});

test("a GGUF file has no problem that can be seen from outside", () => {
  expect(problem(null, "model.gguf", ["/p/model.gguf"])).toBeNull();
});

type Case = [
  name: string,
  names: readonly string[] | null,
  written: string,
  message: string,
  files?: readonly string[],
];
test.each<Case>([
  [
    "a name on the Hub",
    null,
    "Qwen/Qwen3-0.6B",
    "If this is a name on the Hugging Face Hub, write hf:Qwen/Qwen3-0.6B.",
  ],
  ["a model of the Hub that is not here", null, "hf:Qwen/Qwen3-0.6B", "or reasoning-lab get-model hf:Qwen/Qwen3-0.6B."],
  ["what is no name of the Hub", null, "hf:Qwen3", "write hf:ORG/NAME, or hf:ORG/NAME@REVISION."],
  ["a folder that is named otherwise", null, "modles", "There is no folder /p/modles. Did you mean"],
  ["a file", null, "pytorch_model.bin", "/p/pytorch_model.bin is a file. Name its folder", ["/p/pytorch_model.bin"]],
  ["a folder with a GGUF file", ["model.Q4_1.gguf"], "m", "holds GGUF. Name the file: /p/m/model.Q4_1.gguf."],
  ["a GGUF file that is not there", null, "model.gguf", "There is no file /p/model.gguf."],
  [
    "a LoRA adapter",
    ["adapter_config.json", "adapter_model.safetensors"],
    "m",
    "holds a LoRA adapter, not a whole model. Merge it",
  ],
  ["a run", ["run.json", "metrics.jsonl"], "m", "/p/m is a run. Name one of its checkpoints"],
  ["the Hub's cache", ["blobs", "refs", "snapshots"], "m", "is a folder of the Hub's cache"],
  [
    "a trainer's output",
    ["checkpoint-10", "checkpoint-20", "runs"],
    "m",
    "Name one within it: checkpoint-10, checkpoint-20.",
  ],
  [
    "weights of PyTorch",
    ["config.json", "pytorch_model.bin", "tokenizer.json"],
    "m",
    "its weights are in pytorch_model.bin. Save them as safetensors.",
  ],
  [
    "an old tokenizer",
    ["config.json", "model.safetensors", "tokenizer.model"],
    "m",
    "its tokenizer is in tokenizer.model. In Python: AutoTokenizer",
  ],
  ["no tokenizer", ["config.json", "model.safetensors"], "m", "tokenizer.json. Copy it from the model"],
  ["an empty folder", [], "m", "The checkpoint has no "],
])("%s is named, with what to do", (_, names, written, message, files = []) => {
  expect(problem(names, written, files)?.replaceAll("\\", "/")).toContain(message);
});
