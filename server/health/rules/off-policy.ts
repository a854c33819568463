/** The policy that is updated is no longer the one that sampled. */
import { t } from "../../shared/l10n";
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
        text: t(
          "The effective sample size is {0} of the tokens (median of {1}): few tokens decide each update.",
          shareText(size.median),
          stepsText(size),
        ),
        evidence: [windowEvidence(stage, samples, size, t("median"), size.median)],
      };
    const share = newestRows(stage.series(clips), window);
    if (share && share.mean > clipped)
      return {
        text: t(
          "{0} of the tokens of {1} had a clipped gradient (at most {2} in a step).",
          shareText(share.mean),
          stepsText(share),
          numberText(share.most),
        ),
        evidence: [windowEvidence(stage, clips, share, t("share, mean"))],
      };
    return null;
  },
};
