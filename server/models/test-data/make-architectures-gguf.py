"""model.gguf of two architectures, beside the checkpoints of make-architectures.py that they are made of: gguf, torch and safetensors from PyPI.
Names are those of gguf's tensor_mapping; SmolLM3's queries and keys are permuted as convert_hf_to_gguf.py does for Llama's family."""
import json
import gguf
from safetensors.torch import load_file

for name in ("smollm3", "olmo2"):
    folder = f"architectures/{name}"
    config = json.load(open(f"{folder}/config.json"))
    layers, heads, keys = config["num_hidden_layers"], config["num_attention_heads"], config["num_key_value_heads"]
    writer = gguf.GGUFWriter(f"{folder}/model.gguf", name)
    writer.add_block_count(layers)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(keys)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_rope_dimension_count(config["hidden_size"] // heads)
    tokens = [f"<{index}>" for index in range(config["vocab_size"])]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smaug-bpe" if name == "smollm3" else "dbrx")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * 2 + [1] * (len(tokens) - 2))
    writer.add_token_merges([])
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(0)
    names = gguf.get_tensor_name_map({"smollm3": gguf.MODEL_ARCH.SMOLLM3, "olmo2": gguf.MODEL_ARCH.OLMO2}[name], layers)
    for tensor, values in load_file(f"{folder}/model.safetensors").items():
        numbers = values.float()
        for part, count in (("q_proj", heads), ("k_proj", keys)):
            if name == "smollm3" and part in tensor:
                numbers = numbers.reshape(count, 2, numbers.shape[0] // count // 2, *numbers.shape[1:]).swapaxes(1, 2).reshape(numbers.shape)
        array = numbers.contiguous().numpy()
        own = names.get_name(tensor, try_suffixes=(".weight", ".bias"))
        if array.ndim == 1:
            writer.add_tensor(own, array)
        else:
            writer.add_tensor(own, gguf.quants.quantize(array, gguf.GGMLQuantizationType.BF16), raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
