"""What peft makes of an adapter that we saved: log-probabilities of a completion with it and without it, as JSON.

    python check-peft.py ADAPTER '{"prompt": [ids], "completion": [ids]}'
"""
import json, sys
import torch
from peft import AutoPeftModelForCausalLM

asked = json.loads(sys.argv[2])
model = AutoPeftModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
completion = torch.tensor(asked["completion"])

def logprobs():
    ids = torch.tensor([asked["prompt"] + asked["completion"]])
    predicting = model(ids).logits[0, len(asked["prompt"]) - 1 : -1]
    return torch.log_softmax(predicting, -1).gather(1, completion[:, None])[:, 0].tolist()

with torch.no_grad():
    adapted = logprobs()
    with model.disable_adapter():
        plain = logprobs()
print(json.dumps({"with": adapted, "without": plain}))
