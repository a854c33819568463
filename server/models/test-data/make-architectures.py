"""Tiny checkpoints of each architecture and what transformers and peft compute with them: torch, transformers and peft from PyPI, in an environment of their own.
Each folder holds what save_pretrained writes (bfloat16) and expected.json: of float32, eager attention."""
import json, math, os, shutil
import torch
from peft import LoraConfig, get_peft_model
from transformers import (AutoModelForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, MistralConfig, Olmo2Config, Qwen2Config, Qwen3Config,
                          SmolLM3Config)

sizes = dict(vocab_size=48, hidden_size=32, intermediate_size=40, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
             eos_token_id=1, pad_token_id=0, bos_token_id=None)
models = {
    "smollm3": SmolLM3Config(**sizes, num_hidden_layers=4),
    "smollm3-listed": SmolLM3Config(**sizes, num_hidden_layers=3, no_rope_layers=[0, 1, 0], tie_word_embeddings=False, attention_bias=True),
    "olmo2": Olmo2Config(**sizes, num_hidden_layers=3),
    "gemma3": Gemma3TextConfig(**sizes, num_hidden_layers=4, head_dim=12, query_pre_attn_scalar=20, sliding_window=6,
                               layer_types=["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"]),
    "llama3": LlamaConfig(**sizes, num_hidden_layers=2, tie_word_embeddings=True,
                          rope_parameters=dict(rope_type="llama3", rope_theta=1000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                               original_max_position_embeddings=32)),
    "mistral": MistralConfig(**sizes, num_hidden_layers=2, sliding_window=5),
    "qwen2": Qwen2Config(**sizes, num_hidden_layers=3, tie_word_embeddings=True, use_sliding_window=True, sliding_window=7, max_window_layers=1),
    "qwen3": Qwen3Config(**sizes, num_hidden_layers=2, head_dim=12, tie_word_embeddings=True),
}

def wave(count, shift):
    """Numbers that the tests make again."""
    return torch.sin(torch.arange(count, dtype=torch.float64) * 0.37 + shift)

def summary(gradient):
    flat = gradient.detach().double().reshape(-1)
    return [flat.norm().item(), (flat * wave(len(flat), 1)).sum().item()]

def scored(model, sequences):
    """Log-probabilities of all tokens but the first of each sequence; the mean of their negatives is the loss, whose gradients are left."""
    rows = []
    for ids in sequences:
        logits = model(torch.tensor([ids])).logits[0, :-1].float()
        rows.append(torch.log_softmax(logits, -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0])
    loss = -torch.cat(rows).mean()
    loss.backward()
    return [row.tolist() for row in rows], loss.item()

for index, (name, config) in enumerate(models.items()):
    torch.manual_seed(20 + index)
    if os.path.exists(f"architectures/{name}"):
        shutil.rmtree(f"architectures/{name}")
    config._attn_implementation = "eager"
    gemma = isinstance(config, Gemma3TextConfig)
    model = Gemma3ForCausalLM(config) if gemma else AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for parameter, values in model.named_parameters():
            if "norm" in parameter:
                values.copy_(0.3 * torch.randn_like(values) + (0 if gemma else 1))
            else:
                values.copy_(0.3 * torch.randn_like(values))
    model.to(torch.bfloat16).save_pretrained(f"architectures/{name}")
    load = lambda: AutoModelForCausalLM.from_pretrained(f"architectures/{name}", dtype=torch.float32, attn_implementation="eager").eval()
    model = load()
    generator = torch.Generator().manual_seed(index)
    sequences = [torch.randint(7, 48, (length,), generator=generator).tolist() for length in (3, 26, 11)]
    logprobs, loss = scored(model, sequences)
    gradients = {parameter: summary(values.grad) for parameter, values in model.named_parameters()}
    last_logits = model(torch.tensor([sequences[1]])).logits[0, -1].tolist()
    greedy = []
    for prompt in sequences:
        ids = list(prompt)
        for _ in range(16):
            with torch.no_grad():
                logits = model(torch.tensor([ids])).logits[0, -1].float()
            best, second = logits.topk(2).values.tolist()
            assert best - second > 1e-3, (name, best - second)
            ids.append(int(logits.argmax()))
            if ids[-1] == 1:
                break
        greedy.append(ids[len(prompt):])
    adapted = get_peft_model(load(), LoraConfig(r=2, lora_alpha=6, target_modules="all-linear", task_type="CAUSAL_LM"))
    clean = lambda text: text.replace("base_model.model.", "").replace(".default", "")
    trained = {clean(n): p for n, p in adapted.named_parameters() if p.requires_grad}
    with torch.no_grad():
        for parameter, values in trained.items():
            values.copy_((0.2 * wave(values.numel(), len(parameter))).reshape(values.shape))
    adapted.eval()
    with_adapter, _ = scored(adapted, sequences)
    rounded = lambda values: [float(f"{value:.8g}") for value in values]
    json.dump({
        "sequences": sequences, "logprobs": [rounded(row) for row in logprobs], "loss": loss, "last_logits": rounded(last_logits), "greedy": greedy,
        "gradients": {parameter: rounded(values) for parameter, values in gradients.items()},
        "lora": {"logprobs": [rounded(row) for row in with_adapter],
                 "gradients": {parameter: rounded(summary(values.grad)) for parameter, values in trained.items()}},
    }, open(f"architectures/{name}/expected.json", "w"), indent=1)
    print(name, loss, [len(one) for one in greedy])
