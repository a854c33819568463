"""The numbers of lora.json and the adapter beside it: torch, transformers and peft from PyPI, in an environment of their own."""
import base64, json
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
config = LlamaConfig(vocab_size=24, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
                     num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-6, tie_word_embeddings=True)
base = LlamaForCausalLM(config)
with torch.no_grad():
    for p in base.parameters():
        p.copy_(torch.randn_like(p) * (0.3 if p.dim() > 1 else 0.1) + (1 if p.dim() == 1 else 0))
packed = lambda t: base64.b64encode(t.detach().to(torch.float32).contiguous().numpy().tobytes()).decode()
weights = {n: packed(p) for n, p in base.named_parameters()}
model = get_peft_model(base, LoraConfig(r=4, lora_alpha=12, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"))
with torch.no_grad():
    for n, p in model.named_parameters():
        if "lora_B" in n:
            p.copy_(torch.randn_like(p) * 0.2)
prompt, completion = [3, 7, 1, 9], [5, 2, 8, 11, 4]
ids = torch.tensor([prompt + completion])
model.eval()
logits = model(ids).logits[0].float()
predicting = logits[len(prompt) - 1 : -1]
logprobs = torch.log_softmax(predicting, -1).gather(1, torch.tensor(completion)[:, None])[:, 0]
loss = -logprobs.mean()
loss.backward()
clean = lambda n: n.replace("base_model.model.", "").replace(".default", "")
gradients = {clean(n): packed(p.grad) for n, p in model.named_parameters() if p.requires_grad}
with model.disable_adapter():
    plain = torch.log_softmax(model(ids).logits[0].float()[len(prompt) - 1 : -1], -1).gather(1, torch.tensor(completion)[:, None])[:, 0]
model.save_pretrained("lora")
json.dump({"weights": weights, "prompt": prompt, "completion": completion, "logprobs": logprobs.tolist(), "without": plain.tolist(),
           "loss": loss.item(), "gradients": gradients}, open("lora.json", "w"), indent=1)
