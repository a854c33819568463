// Divisions and numbers of text that are looked at first.
import { splitReasoning, type Reward } from "reasoning-lab";

export const near: Reward = ({ completion, answer }) => {
  const value = Number(splitReasoning(completion).answer?.trim() || "none");
  if (!Number.isFinite(value)) return 0;
  return value === Number(answer) ? 1 : 0;
};

export const share: Reward = ({ completion }) => {
  const lines = completion.split("\n");
  const steps = completion.match(/^\d+\. /gm) ?? [];
  const perLine = steps.length / lines.length;
  return steps.length === 0 ? 0 : Math.min(1, perLine + lines.filter((line) => line === "").length / steps.length);
};
