/** All completions of a group get the same reward: no advantage, nothing to learn. Where that is because all are right, the stage is done, and nothing fails. */
import { t } from "../../shared/l10n";
import { shareText } from "../number-text";
import { stepsText, tracesOf, windowEvidence, type Rule } from "../rule";
import type { StageNumbers } from "../stage-numbers";
import { newestRows, firstRows, rose, since, type Window } from "../window";

interface Signal {
  /** Groups without signal. */
  readonly none: Window;
  /** Groups of which all are right, and all wrong; null: nobody counted. */
  readonly right: Window | null;
  readonly wrong: Window | null;
}

export function signalOf(stage: StageNumbers, rows: number): Signal | null {
  const none = newestRows(stage.series("frac_reward_zero_std"), rows);
  return (
    none && {
      none,
      right: newestRows(stage.series("signal/all_right"), rows),
      wrong: newestRows(stage.series("signal/all_wrong"), rows),
    }
  );
}

/** Whether groups have no signal because they are solved; null: the numbers do not say. */
export function isSolved(stage: StageNumbers, { none, right }: Signal, rows: number): boolean | null {
  if (right !== null) return right.mean >= none.mean / 2;
  // Without verdicts: a reward that has not risen is none that everybody gets by now.
  const rewards = since(stage.series("reward"), stage.rewardsSince);
  const [first, newest] = [firstRows(rewards, rows), newestRows(rewards, rows)];
  return first === null || newest === null || rose(first, newest) ? null : false;
}

export const noSignal: Rule = {
  id: "no-signal",
  kind: "alarm",
  title: "No signal left",
  when:
    "at least `{noSignal}` of the groups have completions that all got the same reward, and less than half of these groups are all right " +
    "(where nobody says which are right: and the reward has not risen)",
  thresholds: ["noSignal"],
  remedy:
    "Take prompts that the policy solves sometimes: easier ones, or a curriculum; sample more completions a prompt; replace groups without signal. If a reward " +
    "gives everything the same score, run its cases.",
  source: { title: "DAPO, section 3.2 (dynamic sampling)", url: "https://arxiv.org/abs/2503.14476" },
  settings: ["dynamic_sampling", "num_generations", "curriculum", "temperature", "task", "rewards"],
  look(stage, { window, noSignal: share }) {
    const signal = signalOf(stage, window);
    if (signal === null || signal.none.mean < share || isSolved(stage, signal, window) !== false) return null;
    const { none, wrong } = signal;
    const why = wrong === null ? "" : t("; {0} of all groups are all wrong", shareText(wrong.mean));
    return {
      text: t(
        "In {0}, {1} of the groups had completions that all got the same reward, so there was next to nothing to learn{2}.",
        stepsText(none),
        shareText(none.mean),
        why,
      ),
      evidence: [
        windowEvidence(stage, "frac_reward_zero_std", none, t("groups without signal, mean")),
        ...(wrong === null ? [] : [windowEvidence(stage, "signal/all_wrong", wrong, t("groups all wrong, mean"))]),
      ],
      traces: tracesOf(none, "flat"),
    };
  },
};

export const weakSignal: Rule = {
  id: "weak-signal",
  kind: "advice",
  title: "Much of the sampling teaches nothing",
  when: "at least `{weakSignal}` of the groups have completions that all got the same reward, and it is known how many of them are all right and all wrong",
  thresholds: ["weakSignal"],
  remedy:
    "Replace groups without signal by fresh prompts, retire prompts that are solved, or choose prompts by their pass rate.",
  source: { title: "DAPO, section 3.2 (dynamic sampling)", url: "https://arxiv.org/abs/2503.14476" },
  settings: ["dynamic_sampling", "no_resampling_pass_rate", "curriculum", "task"],
  look(stage, { window, weakSignal: share }) {
    const signal = signalOf(stage, window);
    if (signal === null || signal.none.mean < share) return null;
    const { none, right, wrong } = signal;
    if (right === null || wrong === null) return null;
    const why =
      right.mean >= wrong.mean
        ? t("{0} were all right: the prompts have become easy", shareText(right.mean))
        : t("{0} were all wrong: the prompts are hard", shareText(wrong.mean));
    return {
      text: t("In {0}, {1} of the groups gave no signal, and {2}.", stepsText(none), shareText(none.mean), why),
      evidence: [
        windowEvidence(stage, "frac_reward_zero_std", none, t("groups without signal, mean")),
        windowEvidence(stage, "signal/all_right", right, t("groups all right, mean")),
        windowEvidence(stage, "signal/all_wrong", wrong, t("groups all wrong, mean")),
      ],
      traces: tracesOf(none, "flat"),
    };
  },
};
