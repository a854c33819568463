import gguf, numpy as np, base64, json
from gguf import GGMLQuantizationType as T
rng=np.random.default_rng(0)
out=[]
for t in [T.F16,T.BF16,T.Q4_0,T.Q4_1,T.Q5_0,T.Q5_1,T.Q8_0,T.Q4_K,T.Q5_K,T.Q6_K]:
    block,size=gguf.GGML_QUANT_SIZES[t]
    n=max(2, 2 if block>=256 else 4)
    if t in (T.F16,T.BF16): n=64
    raw=rng.integers(0,256,(n,size),dtype=np.uint8)
    def half(a,at,lo,hi):
        v=rng.uniform(lo,hi,n).astype(np.float16).view(np.uint8).reshape(n,2); a[:,at:at+2]=v
    if t==T.F16:
        half(raw,0,-3,3)
    elif t==T.BF16:
        raw=gguf.quants.quantize(rng.normal(size=(n,1)).astype(np.float32),t).view(np.uint8).reshape(n,2)
    elif t in (T.Q4_0,T.Q5_0,T.Q8_0): half(raw,0,-0.1,0.1)
    elif t in (T.Q4_1,T.Q5_1): half(raw,0,-0.1,0.1); half(raw,2,-1,1)
    elif t in (T.Q4_K,T.Q5_K): half(raw,0,0,0.01); half(raw,2,0,0.01)
    elif t==T.Q6_K: half(raw,208,-0.01,0.01)
    vals=gguf.quants.dequantize(raw.reshape(1,-1),t).astype(np.float32).reshape(-1)
    out.append({"type":int(t),"name":t.name,"blocks":base64.b64encode(raw.tobytes()).decode(),"numbers":base64.b64encode(vals.tobytes()).decode()})
json.dump(out,open('gguf-blocks.json','w'),indent=1)
# a whole file: a tiny llama with byte-level tokens
w=gguf.GGUFWriter('tiny.gguf','llama')
w.add_block_count(1);w.add_context_length(64);w.add_embedding_length(32);w.add_feed_forward_length(32);w.add_head_count(4);w.add_head_count_kv(2)
w.add_layer_norm_rms_eps(1e-5);w.add_rope_freq_base(10000.0);w.add_rope_dimension_count(8)
toks=['<|end|>','a','b','c','Ġ','ab','Ġab','1','2']
w.add_tokenizer_model('gpt2');w.add_tokenizer_pre('smollm');w.add_token_list(toks);w.add_token_types([3]+[1]*8);w.add_token_merges(['a b','Ġ ab']);w.add_eos_token_id(0);w.add_pad_token_id(0);w.add_add_bos_token(False)
w.add_chat_template("{% for m in messages %}{{ m.content }}{% endfor %}")
hf={}
def t(name,hfname,shape,q=None,perm=None):
    a=rng.normal(size=shape).astype(np.float32)*0.2
    if q is not None: a=gguf.quants.dequantize(gguf.quants.quantize(a,q),q).astype(np.float32).reshape(shape)
    stored=a
    if perm: stored=a.reshape(perm,2,a.shape[0]//perm//2,*a.shape[1:]).swapaxes(1,2).reshape(a.shape)
    hf[hfname]=base64.b64encode(a.tobytes()).decode()
    if q is not None: w.add_tensor(name,gguf.quants.quantize(stored,q),raw_dtype=q)
    else: w.add_tensor(name,stored)
t('token_embd.weight','model.embed_tokens.weight',(9,32),T.Q8_0)
t('blk.0.attn_norm.weight','model.layers.0.input_layernorm.weight',(32,))
t('blk.0.attn_q.weight','model.layers.0.self_attn.q_proj.weight',(32,32),T.Q4_1,4)
t('blk.0.attn_k.weight','model.layers.0.self_attn.k_proj.weight',(16,32),T.Q4_0,2)
t('blk.0.attn_v.weight','model.layers.0.self_attn.v_proj.weight',(16,32),T.F16)
t('blk.0.attn_output.weight','model.layers.0.self_attn.o_proj.weight',(32,32),T.Q5_0)
t('blk.0.ffn_norm.weight','model.layers.0.post_attention_layernorm.weight',(32,))
t('blk.0.ffn_gate.weight','model.layers.0.mlp.gate_proj.weight',(32,32),T.Q5_1)
t('blk.0.ffn_up.weight','model.layers.0.mlp.up_proj.weight',(32,32),T.BF16)
t('blk.0.ffn_down.weight','model.layers.0.mlp.down_proj.weight',(32,32))
t('output_norm.weight','model.norm.weight',(32,))
w.write_header_to_file();w.write_kv_data_to_file();w.write_tensors_to_file();w.close()
json.dump(hf,open('tiny-gguf.json','w'),indent=1)
