import { occurrences } from "./measure";

/**
 * A quarter for each tag of R1 that occurs exactly once: 0, 0.25, 0.5, 0.75 or 1. open-r1's `tag_count_reward`.
 * `lines`: each tag counts with the line breaks that open-r1's format wants around it; false: the bare tags, for models that write them
 * without lines of their own.
 */
export function tagCount(completion: string, { lines = true }: { readonly lines?: boolean } = {}): number {
  const tags = lines
    ? ["<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>"]
    : ["<think>", "</think>", "<answer>", "</answer>"];
  return tags.reduce((sum, tag) => sum + (occurrences(completion, tag) === 1 ? 0.25 : 0), 0);
}
