/** What settings of TRL, transformers, verl and OpenRLHF are called here, or why there is no such setting. */

export interface OtherName {
  /** Names in other tools. */
  readonly names: readonly string[];
  /** One sentence: the counterpart here, settings in backticks. */
  readonly here: string;
}

const row = (names: string, here: string): OtherName => ({ names: names.split(" "), here });

/** The same table stands in docs/coming-from-trl.md; a test holds them together. */
export const otherNames: readonly OtherName[] = [
  row("max_steps total_training_steps", "`steps` of the stage."),
  row(
    "per_device_train_batch_size train_batch_size micro_train_batch_size",
    "`batch_size` counts the examples of a step; in RL a step has `prompts_per_step` prompts with `num_generations` completions each.",
  ),
  row(
    "gradient_accumulation_steps ppo_micro_batch_size_per_gpu ppo_micro_batch_size",
    "`batch_size` or `prompts_per_step` is the whole step, `micro_batch_size` what goes through the model together.",
  ),
  row("truncation_mode max_seq_length model_max_length", "`max_length`, with `overlong_rows` for what is longer."),
  row("generation_batch_size steps_per_generation", "`num_mini_batches`: updates that share a batch of completions."),
  row("ppo_mini_batch_size num_mini_batch", "`num_mini_batches`: a number of updates, not a number of samples."),
  row("num_ppo_epochs ppo_epochs", "`num_iterations`: passes over a batch of completions."),
  row("epochs total_epochs max_epochs", "`num_train_epochs`, or `steps`."),
  row("lr actor_learning_rate", "`learning_rate`."),
  row("lr_warmup_steps num_warmup_steps", "`warmup_steps`."),
  row("lr_warmup_steps_ratio lr_warmup_ratio", "`warmup_ratio`."),
  row("lr_scheduler lr_scheduler_kwargs min_lr_ratio", "`lr_scheduler_type` with `min_lr_rate`."),
  row("grad_clip max_norm gradient_clipping", "`max_grad_norm`."),
  row("optim optimizer", "The optimizer is AdamW: `adam_beta1`, `adam_beta2`, `adam_epsilon`, `weight_decay`."),
  row("group_size rollout_n n n_samples_per_prompt", "`num_generations`."),
  row("max_new_tokens response_length max_response_length generate_max_len", "`max_completion_length`."),
  row("thinking_budget max_thinking_tokens reasoning_budget max_thinking_length", "`thinking_token_budget`."),
  row("stop stop_sequences", "`stop_strings`."),
  row("generation_kwargs", "`temperature`, `top_k`, `top_p`, `min_p` and `stop_strings`, each by its name."),
  row("repetition_penalty", "Not available: a penalty makes the sampled distribution differ from the policy's."),
  row("kl_coef kl_loss_coef init_kl_coef", "`beta`."),
  row("kl_penalty kl_loss_type", "`kl_estimator`."),
  row("use_kl_in_reward use_kl_loss", "`kl_in_reward`."),
  row("cliprange clip_ratio clip_ratio_low eps_clip", "`epsilon`."),
  row("clip_ratio_high eps_clip_high", "`epsilon_high`."),
  row("clip_ratio_c", "`dual_clip`."),
  row("adv_estimator advantage_type", "`advantage_estimator`, or a preset by `algorithm`."),
  row("norm_adv_by_std_in_grpo", "`scale_rewards`."),
  row("loss_agg_mode", "`loss_type`."),
  row("entropy_coeff", "`entropy_coef`."),
  row("overlong_buffer", "`soft_punish_cache`."),
  row("filter_groups", "`dynamic_sampling`."),
  row(
    "ref_model ref_policy",
    "The reference is the policy that the stage starts from; see `beta` and `sync_ref_model`.",
  ),
  row("reward_weights", "`weight` of each entry of the recipe's `rewards`."),
  row(
    "reward_funcs reward_fn reward_model",
    "`rewards` of the recipe; reward models are `reward_models` of preference-rl.",
  ),
  row("model_name_or_path actor_rollout_ref pretrain", "`checkpoint` of the recipe's `model`."),
  row(
    "dataset dataset_name train_files prompt_data data",
    'The recipe\'s `task` with the name "dataset", and its `train`.',
  ),
  row("val_files eval_dataset", "`held_out` of the task."),
  row("dataset_text_field prompt_key input_key", "`prompt_column` of the task."),
  row("label_key answer_key", "`answer_column` of the task."),
  row("eval_strategy eval_on_start test_freq", "`eval_steps` of the stage, and `every` of the recipe's `evaluation`."),
  row("num_generations_eval val_kwargs", "`samples`, `temperature` and `top_p` of the recipe's `evaluation`."),
  row("save_strategy save_freq", "`save_steps`."),
  row("save_only_model", "`keep_moments`: which checkpoints keep the optimizer's."),
  row(
    "logging_strategy log_completions num_completions_to_print",
    "Every completion is recorded; Open Traces shows them.",
  ),
  row(
    "report_to wandb_project trainer_logger run_name",
    "Curves are live in the editor; a run's `metrics.jsonl` has TRL's names.",
  ),
  row(
    "output_dir default_local_dir",
    "Runs are stored in `.reasoning-lab/runs` of the workspace; `run --output` in a terminal puts them elsewhere.",
  ),
  row(
    "hub_model_id push_to_hub",
    "Not available: a checkpoint is a folder that `transformers` loads and that you can upload.",
  ),
  row(
    "bf16 fp16 tf32 torch_dtype dtype gradient_checkpointing use_liger_kernel",
    "Not needed: the embedded engine computes in float32.",
  ),
  row(
    "use_vllm vllm_mode vllm_gpu_memory_utilization tensor_parallel_size deepspeed fsdp",
    "Not available: the engine samples and trains in one process.",
  ),
  row(
    "use_peft lora_r lora_alpha lora_target_modules lora_dropout peft_config",
    "`lora` of the recipe's `model`, with its rank, alpha, target modules and dropout.",
  ),
  row("assistant_only_loss completion_only_loss train_on_responses_only", "The loss is on completions only."),
  row("disable_dropout model_init_kwargs", "Not needed: models are trained without dropout."),
  row(
    "shuffle_dataset dataloader_drop_last dataloader_num_workers",
    "Not needed: each epoch has its own order, derived from `seed`.",
  ),
  row("precompute_ref_log_probs", "Not needed."),
];

/** What a name of another tool is here; null: it is none that is known. */
export const counterpart = (name: string): string | null =>
  otherNames.find(({ names }) => names.includes(name))?.here ?? null;
