/** What *New Project* makes a project of: folders of `samples/`. */
import * as z from "zod";

export const projectSamples = {
  "chain-sum": {
    title: "A small model, from nothing",
    about: "DeepSeek-R1's four stages on short sums, in about five minutes. Nothing to download.",
  },
  "self-correction": {
    title: "A small model that notices its mistakes",
    about: "Error detection that grows under RL, in about four minutes. Nothing to download.",
  },
  "real-model": {
    title: "A real model",
    about: "SmolLM2-135M learns word problems by GRPO with LoRA. 93 MB to download, and the better part of an hour.",
  },
} as const satisfies Record<string, { readonly title: string; readonly about: string }>;

export const projectSampleSchema = z.enum(
  Object.keys(projectSamples) as [keyof typeof projectSamples, ...(keyof typeof projectSamples)[]],
);
export type ProjectSample = z.infer<typeof projectSampleSchema>;
