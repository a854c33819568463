"""The other side of the benchmark: PyTorch, transformers and TRL doing the work of worker.ts, one JSON object a line in and out.

    python peer.py work                          the pieces of work of worker.ts
    python peer.py reference-task FOLDER STEPS SEED   a GRPO run of the reference task; prints one JSON object
"""

import json
import os
import re
import resource
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
started = time.time()

import torch  # noqa: E402

torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()))
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # What libraries print must not come between the answers.


def answer(value):
    out.write(json.dumps(value) + "\n")
    out.flush()


def timed(times, amount, work):
    milliseconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        milliseconds.append((time.perf_counter() - began) * 1000)
    return {"milliseconds": milliseconds, "amount": amount}


def matrix(m, k, n, times):
    x, w = torch.rand(m, k), torch.rand(n, k)
    inner = max(1, round(2e8 / (m * k * n)))

    def work():
        for _ in range(inner):
            torch.nn.functional.linear(x, w)

    with torch.no_grad():
        return timed(times, 2 * m * k * n * inner, work)


class Work:
    def __init__(self, folder):
        from transformers import AutoModelForCausalLM, AutoTokenizer

        with open(os.path.join(folder, "work.json")) as file:
            self.shape = json.load(file)
        self.folder = folder
        self.tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
        self.model = AutoModelForCausalLM.from_pretrained(folder)
        self.prompts = torch.tensor([self.tokenizer(p)["input_ids"] for p in self.shape["prompts"]])
        assert self.prompts.shape[1] == self.shape["promptTokens"]
        self.all_prompts = self.prompts.repeat_interleave(self.shape["samples"], 0)
        self.tokens = self.all_prompts.shape[0] * (self.shape["promptTokens"] + self.shape["completionTokens"])
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=1e-4, betas=(0.9, 0.99), weight_decay=0.01, fused=True
        )
        self.trainer = None

    def sft(self, times):
        self.model.train()
        completions = torch.randint(
            7, self.model.config.vocab_size, (self.all_prompts.shape[0], self.shape["completionTokens"])
        )
        ids = torch.cat([self.all_prompts, completions], 1)
        labels = ids.clone()
        labels[:, : self.shape["promptTokens"]] = -100

        def work():
            loss = self.model(input_ids=ids, labels=labels, use_cache=False).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()

        return timed(times, self.tokens, work)

    def generation(self, times):
        self.model.eval()
        length = self.shape["completionTokens"]

        def work():
            result = self.model.generate(
                input_ids=self.all_prompts,
                attention_mask=torch.ones_like(self.all_prompts),
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                min_new_tokens=length,
                max_new_tokens=length,
                pad_token_id=self.tokenizer.pad_token_id,
            )
            assert result.shape[1] == self.shape["promptTokens"] + length

        with torch.no_grad():
            return timed(times, self.all_prompts.shape[0] * length, work)

    def grpo(self, times):
        """Steps of TRL's own trainer, timed between the ends of its steps; the first is a warm-up."""
        from datasets import Dataset
        from transformers import TrainerCallback
        from trl import GRPOConfig, GRPOTrainer

        ends = []

        class Clock(TrainerCallback):
            def on_step_end(self, *args, **kwargs):
                ends.append(time.perf_counter())

        def even(completion_ids, **kwargs):
            return [sum(token % 2 == 0 for token in ids) / len(ids) for ids in completion_ids]

        length = self.shape["completionTokens"]
        config = GRPOConfig(
            **trainer_options(self.folder, times + 1),
            per_device_train_batch_size=self.all_prompts.shape[0],
            num_generations=self.shape["samples"],
            max_completion_length=length,
            generation_kwargs={"min_new_tokens": length},
        )
        trainer = GRPOTrainer(
            model=self.model,
            reward_funcs=even,
            args=config,
            train_dataset=Dataset.from_list([{"prompt": prompt} for prompt in self.shape["prompts"]]),
            processing_class=self.tokenizer,
            callbacks=[Clock()],
        )
        trainer.train()
        return {
            "milliseconds": [(b - a) * 1000 for a, b in zip(ends, ends[1:])],
            "amount": self.tokens,
        }


def trainer_options(folder, steps):
    return dict(
        output_dir=os.path.join(folder, "trl"),
        max_steps=steps,
        learning_rate=1e-4,
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=10,
        beta=0.0,
        loss_type="dapo",
        adam_beta2=0.99,
        weight_decay=0.0,
        max_grad_norm=1.0,
        temperature=1.0,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        disable_tqdm=True,
    )


def reference_task(folder, steps, seed):
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    with open(os.path.join(folder, "train.jsonl")) as file:
        rows = [json.loads(line) for line in file if line.strip()]
    form = re.compile(r"<think>[^<]*</think><answer>(\d+)</answer>")

    def reward(completions, completion_ids, gold, **kwargs):
        scores = []
        for completion, ids, right in zip(completions, completion_ids, gold):
            found = form.fullmatch(completion.replace(" ", ""))
            scores.append(1.0 if found and found[1] == right and ids[-1] == tokenizer.eos_token_id else 0.0)
        return scores

    ends, rewards, tokens = [], [], []

    class Clock(TrainerCallback):
        def on_step_end(self, *args, **kwargs):
            ends.append(time.time())

        def on_log(self, args, state, control, logs=None, **kwargs):
            if logs and "reward" in logs:
                rewards.append(float(logs["reward"]))
                tokens.append(float(logs["completions/mean_length"]) * 128)

    config = GRPOConfig(
        **{**trainer_options(folder, steps), "output_dir": os.path.join(folder, "trl")},
        seed=seed,
        per_device_train_batch_size=128,
        num_generations=8,
        max_completion_length=40,
    )
    trainer = GRPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(folder),
        reward_funcs=reward,
        args=config,
        train_dataset=Dataset.from_list([{"prompt": r["prompt"], "gold": r["answer"]} for r in rows]),
        processing_class=tokenizer,
        callbacks=[Clock()],
    )
    began = time.time()
    trainer.train()
    answer(
        {
            "seconds": ends[-1] - began,
            "startup": ends[0] - started,
            "tokens": sum(tokens),
            "rewards": rewards,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )


def main():
    if sys.argv[1] == "reference-task":
        reference_task(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        return
    import transformers
    import trl

    answer({"engine": {"name": "torch", "reason": f"torch {torch.__version__}, transformers {transformers.__version__}, TRL {trl.__version__}"}})
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        kind = request.pop("work")
        if kind == "load":
            work = Work(request["folder"])
            answer({})
        elif kind == "matrix":
            answer(matrix(**request))
        else:
            answer(getattr(work, kind)(**request))


if __name__ == "__main__":
    main()
