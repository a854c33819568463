/** What reward models say of the completions that are labelled. */
import type { PreferencePair } from "../labels/label";
import type { Installation } from "../processes/installation";
import { scoreTexts } from "./score-texts";
import { messageOf } from "../shared/user-error";

export interface Scores {
  /** Of a completion to a prompt; null: it has none (yet). */
  readonly of: (prompt: string, completion: string) => number | null;
  /** The reward model is being asked. */
  readonly asking: boolean;
  /** Why it could not be asked; null: it could. */
  readonly problem: string | null;
  /** What has no score although it could be asked; null: nothing. */
  readonly remark: string | null;
}

export const noScores: Scores = { of: () => null, asking: false, problem: null, remark: null };

interface Asked {
  /** They do not change their minds: what was said stays. */
  readonly known: Map<string, number | null>;
  asking: Promise<void> | null;
  problem: string | null;
  /** Prompts that its recipe does not ask. */
  unknown: number;
}

/** What is left without a score is said: it comes in the order of what was not asked yet. */
const overlongText = (count: number): string | null =>
  count === 0
    ? null
    : `${count === 1 ? "One completion is" : `${count} completions are`} longer, with the prompt, than the reward model's positions (max_position_embeddings), and ` +
      `${count === 1 ? "has" : "have"} no score.`;

const unknownText = (count: number): string | null =>
  count === 0
    ? null
    : `${count === 1 ? "One prompt is" : `${count} prompts are`} of no task of the reward model's recipe, and read without a system message.`;

const textKey = (prompt: string, completion: string): string => JSON.stringify([prompt, completion]);

/**
 * Scores by checkpoint. An answer waits for at most `patience` milliseconds: a large model is asked on, and the next question finds what it said.
 */
export function labelScores(
  installation: Installation,
  patience = 5000,
): (checkpoint: string, pairs: readonly PreferencePair[], retry: boolean) => Promise<Scores> {
  const models = new Map<string, Asked>();

  async function ask(checkpoint: string, model: Asked, texts: readonly { prompt: string; completion: string }[]) {
    try {
      const { rewards, unknown } = await scoreTexts(installation, checkpoint, texts);
      model.unknown += unknown;
      for (const [index, { prompt, completion }] of texts.entries())
        model.known.set(textKey(prompt, completion), rewards[index] ?? null);
    } catch (error) {
      model.problem = messageOf(error);
    }
    model.asking = null;
  }

  return async (checkpoint, pairs, retry) => {
    const model = models.get(checkpoint) ?? {
      known: new Map<string, number | null>(),
      asking: null,
      problem: null,
      unknown: 0,
    };
    models.set(checkpoint, model);
    const texts = new Map(
      pairs
        .flatMap(({ prompt, a, b }) => [a, b].map((completion) => ({ prompt, completion })))
        .map((text) => [textKey(text.prompt, text.completion), text] as const)
        .filter(([key]) => !model.known.has(key)),
    );
    // What failed is tried again when somebody asks for it, not with every label.
    if (texts.size > 0 && model.asking === null && (retry || model.problem === null)) {
      model.problem = null;
      model.asking = ask(checkpoint, model, [...texts.values()]);
    }
    if (model.asking !== null) {
      let timer: NodeJS.Timeout | undefined;
      const tired = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience)));
      await Promise.race([model.asking, tired]);
      clearTimeout(timer);
    }
    return {
      of: (prompt, completion) => model.known.get(textKey(prompt, completion)) ?? null,
      asking: model.asking !== null,
      problem: model.problem,
      remark:
        [overlongText([...model.known.values()].filter((reward) => reward === null).length), unknownText(model.unknown)]
          .filter((text) => text !== null)
          .join(" ") || null,
    };
  };
}
