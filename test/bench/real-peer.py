"""The other side of the benchmark on a real model: transformers, peft and TRL on PyTorch, or llama.cpp, doing the work of real-worker.ts.

    python real-peer.py torch
    python real-peer.py llama.cpp      by the package xllamacpp, which has llama.cpp in its wheel
"""

import json
import os
import sys
import time

from peer import answer, torch, trainer_options


def peak_mb():
    if sys.platform == "linux":
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class Torch:
    def __init__(self, folder, lora, **_):
        from transformers import AutoModelForCausalLM, AutoTokenizer

        with open(os.path.join(folder, "work.json")) as file:
            given = json.load(file)
        self.folder = folder
        self.prompts, self.texts = torch.tensor(given["prompts"]), given["texts"]
        self.tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        if lora:
            from peft import LoraConfig, get_peft_model

            self.model = get_peft_model(
                self.model, LoraConfig(r=32, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
            )
        trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.trained = trained
        self.optimizer = torch.optim.AdamW(trained, lr=1e-5, betas=(0.9, 0.99), weight_decay=0.0, fused=True)

    def repeated(self, prompts, samples, promptTokens):
        return self.prompts[:prompts, :promptTokens].repeat_interleave(samples, 0)

    def generate(self, prompts, samples, promptTokens, completionTokens):
        self.model.eval()
        ids = self.repeated(prompts, samples, promptTokens)

        def work():
            result = self.model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                min_new_tokens=completionTokens,
                max_new_tokens=completionTokens,
                pad_token_id=self.tokenizer.pad_token_id,
            )
            assert result.shape[1] == promptTokens + completionTokens

        with torch.no_grad():
            return seconds(work)

    def sft(self, prompts, samples, promptTokens, completionTokens):
        self.model.train()
        given = self.repeated(prompts, samples, promptTokens)
        ids = torch.cat([given, torch.randint(100, 49152, (given.shape[0], completionTokens))], 1)
        labels = ids.clone()
        labels[:, :promptTokens] = -100

        def work():
            loss = self.model(input_ids=ids, labels=labels, use_cache=False).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()

        return seconds(work)

    def grpo(self, prompts, samples, promptTokens, completionTokens):
        """A step of TRL's own trainer, from its beginning, before it samples, to its end."""
        from datasets import Dataset
        from transformers import TrainerCallback
        from trl import GRPOConfig, GRPOTrainer

        assert promptTokens == self.prompts.shape[1]
        times = []

        class Clock(TrainerCallback):
            def on_step_begin(self, *args, **kwargs):
                times.append(time.perf_counter())

            def on_step_end(self, *args, **kwargs):
                times.append(time.perf_counter())

        def even(completion_ids, **kwargs):
            return [sum(token % 2 == 0 for token in ids) / len(ids) for ids in completion_ids]

        config = GRPOConfig(
            **{**trainer_options(self.folder, 1), "learning_rate": 1e-5},
            per_device_train_batch_size=prompts * samples,
            num_generations=samples,
            max_completion_length=completionTokens,
            generation_kwargs={"min_new_tokens": completionTokens},
        )
        GRPOTrainer(
            model=self.model,
            reward_funcs=even,
            args=config,
            train_dataset=Dataset.from_list([{"prompt": text} for text in self.texts[:prompts]]),
            processing_class=self.tokenizer,
            callbacks=[Clock()],
        ).train()
        return times[-1] - times[0]


class LlamaCpp:
    """Generates only, from the quantised file itself, as who uses llama.cpp does."""

    def __init__(self, folder, checkpoint, **_):
        import xllamacpp

        with open(os.path.join(folder, "work.json")) as file:
            self.prompts = json.load(file)["prompts"]
        params = xllamacpp.CommonParams()
        params.model.path = checkpoint
        params.n_ctx = 2048
        params.n_parallel = 1
        params.cpuparams.n_threads = torch.get_num_threads()
        params.cpuparams_batch.n_threads = torch.get_num_threads()
        params.n_gpu_layers = 0
        self.server = xllamacpp.Server(params)

    def generate(self, prompts, samples, promptTokens, completionTokens):
        assert prompts == samples == 1

        def work():
            said = self.server.handle_completions(
                {
                    "prompt": self.prompts[0][:promptTokens],
                    "n_predict": completionTokens,
                    "max_tokens": completionTokens,
                    "ignore_eos": True,
                    "temperature": 1.0,
                    "top_k": 0,
                    "top_p": 1.0,
                    "min_p": 0.0,
                    "cache_prompt": False,
                }
            )
            said = json.loads(said) if isinstance(said, str) else said
            assert said["usage"]["completion_tokens"] == completionTokens, said

        return seconds(work)


def main():
    if sys.argv[1] == "torch":
        import peft
        import transformers
        import trl

        reason = f"torch {torch.__version__}, transformers {transformers.__version__}, TRL {trl.__version__}, peft {peft.__version__}"
        make = Torch
    else:
        import xllamacpp

        reason = f"llama.cpp of xllamacpp {xllamacpp.__version__}"
        make = LlamaCpp
    answer({"engine": {"name": sys.argv[1], "reason": reason}})
    side = None
    for line in sys.stdin:
        request = json.loads(line)
        kind = request.pop("work")
        if kind == "load":
            side = make(**request)
            answer({})
        elif kind == "peak":
            answer({"peak_mb": peak_mb()})
        else:
            answer({"milliseconds": 1000 * getattr(side, kind)(**request)})
    os._exit(0)  # llama.cpp's server keeps threads.


main()
