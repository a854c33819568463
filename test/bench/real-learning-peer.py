"""GRPO with a LoRA adapter on a recipe's problems by TRL and peft: the other side of `npm run learning -- --sample real-model --python PATH`.

    python real-learning-peer.py GGUF FOLDER SETTINGS.json

FOLDER holds data/train.jsonl and data/held-out.jsonl, and gets the adapter. Prints one JSON object on the last line.
"""

import json
import os
import resource
import re
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")

import torch  # noqa: E402
from datasets import Dataset  # noqa: E402
from peft import LoraConfig  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback  # noqa: E402
from trl import GRPOConfig, GRPOTrainer  # noqa: E402

gguf, folder, settings_file = sys.argv[1:]
with open(settings_file) as file:
    settings = json.load(file)
torch.set_num_threads(settings["threads"])
torch.manual_seed(settings["seed"])
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # What libraries print must not come between the answers.

where, name = os.path.split(os.path.abspath(gguf))
tokenizer = AutoTokenizer.from_pretrained(where, gguf_file=name, padding_side="left")
model = AutoModelForCausalLM.from_pretrained(where, gguf_file=name, dtype=torch.float32)


def conversations(part):
    with open(os.path.join(folder, "data", f"{part}.jsonl")) as file:
        rows = [json.loads(line) for line in file if line.strip()]
    system = {"role": "system", "content": settings["system_prompt"]}
    return [{"prompt": [system, {"role": "user", "content": row["prompt"]}], "gold": row["answer"]} for row in rows]


def right(text, gold):
    numbers = re.findall(r"\d+(?:\.\d+)?", text)
    return 1.0 if numbers and numbers[-1] == gold else 0.0


def reward(completions, gold, **kwargs):
    return [right(completion[0]["content"], answer) for completion, answer in zip(completions, gold)]


ends, rewards, lengths = [], [], []


class Clock(TrainerCallback):
    def on_step_end(self, *args, **kwargs):
        ends.append(time.time())

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "reward" in logs:
            rewards.append(float(logs["reward"]))
            lengths.append(float(logs["completions/mean_length"]))


@torch.no_grad()
def held_out():
    """[prompts] right answers among the samples of each held-out prompt."""
    trained.eval()
    counts = []
    rows = conversations("held-out")
    for first in range(0, len(rows), 8):
        part = rows[first : first + 8]
        texts = [
            tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True) for row in part
        ]
        ids = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        drawn = trained.generate(
            **ids,
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            num_return_sequences=settings["samples"],
            max_new_tokens=settings["max_completion_length"],
            pad_token_id=tokenizer.pad_token_id,
        )[:, ids["input_ids"].shape[1] :]
        completions = tokenizer.batch_decode(drawn, skip_special_tokens=True)
        for index, row in enumerate(part):
            own = completions[index * settings["samples"] : (index + 1) * settings["samples"]]
            counts.append(int(sum(right(text, row["gold"]) for text in own)))
    return counts


prompts, samples = settings["prompts_per_step"], settings["num_generations"]
config = GRPOConfig(
    output_dir=os.path.join(folder, "trl"),
    max_steps=settings["steps"],
    seed=settings["seed"],
    learning_rate=settings["learning_rate"],
    lr_scheduler_type="constant_with_warmup",
    warmup_steps=settings["warmup_steps"],
    beta=0.0,
    loss_type=settings["loss_type"],
    adam_beta2=settings["adam_beta2"],
    weight_decay=0.0,
    max_grad_norm=settings["max_grad_norm"],
    temperature=settings["temperature"],
    per_device_train_batch_size=prompts * samples,
    num_generations=samples,
    max_completion_length=settings["max_completion_length"],
    logging_steps=1,
    save_strategy="no",
    report_to=[],
    use_cpu=True,
    bf16=False,
    gradient_checkpointing=False,
    disable_tqdm=True,
)
trainer = GRPOTrainer(
    model=model,
    reward_funcs=reward,
    args=config,
    train_dataset=Dataset.from_list(conversations("train")),
    processing_class=tokenizer,
    peft_config=LoraConfig(
        r=settings["rank"], lora_alpha=settings["alpha"], target_modules="all-linear", task_type="CAUSAL_LM"
    ),
    callbacks=[Clock()],
)
trained = trainer.model
began = time.time()
trainer.train()
seconds = ends[-1] - began
out.write(
    json.dumps(
        {
            "seconds": seconds,
            "rewards": rewards,
            "lengths": lengths,
            "correct": held_out(),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "versions": {"torch": torch.__version__, "trl": __import__("trl").__version__},
        }
    )
    + "\n"
)
out.flush()
