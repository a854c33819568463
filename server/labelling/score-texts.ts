/** What a reward model says of texts: a short-lived trainer process loads it and answers. */
import { ownTime } from "../shared/running-time";
import { trainerScript, type Installation } from "../processes/installation";
import { startTrainer } from "../processes/trainer-child";
import { endingText } from "../protocol/run";
import { UserError } from "../shared/user-error";

export interface JudgedText {
  readonly prompt: string;
  readonly completion: string;
}

/** A model of this size answers in seconds; what takes longer hangs. */
const longest = 5 * 60_000;

export interface TextRewards {
  /** `[texts]`; null of a text that is longer than the model's positions. */
  readonly rewards: readonly (number | null)[];
  /** Prompts that no task of the model's recipe asks: they are read without a system message. */
  readonly unknown: number;
}

/** Throws an Error for people when the checkpoint is no reward model, or the process fails. */
export async function scoreTexts(
  installation: Installation,
  checkpoint: string,
  texts: readonly JudgedText[],
): Promise<TextRewards> {
  const found: { said?: TextRewards } = {};
  const child = startTrainer(trainerScript(installation), {
    message: (message) => {
      if (message.type === "rewards") found.said = message;
    },
    log: () => undefined,
  });
  const takeBack = ownTime.after(longest, () => child.kill());
  child.send({ type: "score-texts", checkpoint, texts: [...texts] });
  const { ended, how, lastWords } = await child.exited;
  takeBack();
  if (found.said) return found.said;
  throw new UserError(
    (ended && endingText(ended.ending)) ?? `The reward model could not be asked (${how}). ${lastWords}`.trim(),
  );
}
