/** The policy that is updated is no longer the one that sampled. */
import { numberText, shareText } from "../number-text";
import { stepsText, windowEvidence, type Rule } from "../rule";
import { newestRows } from "../window";

const samples = "ratio/effective_sample_size";
const clips = "clip_ratio/region_mean";

export const offPolicy: Rule = {
  id: "off-policy",
  kind: "alarm",
  title: "Updates are off-policy",
  when: "the median effective sample size is below `{effectiveSamples}` of the tokens, or more than `{clipped}` of the tokens are clipped",
  thresholds: ["effectiveSamples", "clipped"],
  remedy:
    "Make fewer updates from the same rollouts (`num_iterations`, `num_mini_batches`), lower the learning rate, or take a ratio per sequence (GSPO), which varies less.",
  source: { title: "Group Sequence Policy Optimization", url: "https://arxiv.org/abs/2507.18071" },
  settings: [
    "num_iterations",
    "num_mini_batches",
    "learning_rate",
    "importance_sampling_level",
    "off_policy_mask_threshold",
  ],
  look(stage, { window, effectiveSamples, clipped }) {
    const size = newestRows(stage.series(samples), window);
    if (size && size.median < effectiveSamples)
      return {
        text: `The effective sample size is ${shareText(size.median)} of the tokens (median of ${stepsText(size)}): few tokens decide each update.`,
        evidence: [windowEvidence(stage, samples, size, "median", size.median)],
      };
    const share = newestRows(stage.series(clips), window);
    if (share && share.mean > clipped)
      return {
        text: `${shareText(share.mean)} of the tokens of ${stepsText(share)} had a clipped gradient (at most ${numberText(share.most)} in a step).`,
        evidence: [windowEvidence(stage, clips, share, "share, mean")],
      };
    return null;
  },
};
