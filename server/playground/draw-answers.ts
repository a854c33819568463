/** Answers to one prompt, a token of each at a time, with what else could have stood there. */
import { completionText } from "../models/begun";
import { encodeCompletion, encodePrompt, type Policy } from "../models/policy";
import type { Asked } from "../protocol/conversation";
import type { PlayAnswer, PlayEnd, PlaySettings, PlayToken } from "../protocol/playground";
import { insertedToken, newMarks } from "../engine/decoding-marks";
import { budgetWatch, thinkingEnd, type ThinkingBudget } from "../rollouts/thinking-budget";
import { emptyDecoded, tokensStepwise } from "../rollouts/decode-stepwise";
import { decodeRequest } from "../rollouts/generate";
import { disposeReadPrompts, readPrompts } from "../rollouts/read-prompts";
import { lengthAtStop } from "../rollouts/stop-strings";
import { randomStream } from "../shared/random";
import { UserError } from "../shared/user-error";
import { playToken, readTokens } from "./read-tokens";

export interface DrawRequest extends ThinkingBudget {
  readonly asked: Asked;
  /** Token ids that every answer begins with. */
  readonly prefix: readonly number[];
  readonly settings: PlaySettings;
  /** Texts that end an answer and stay part of it, as the recipe's evaluation has them. */
  readonly stop_strings: readonly string[];
}

interface Drawing {
  readonly ids: number[];
  end: PlayEnd | null;
}

/** The distribution is that of temperature 1 where the likeliest token is taken. */
const temperatureOf = ({ temperature }: PlaySettings): number => (temperature === 0 ? 1 : temperature);

/**
 * Gives way after each token, with what is new of each answer. `stopped`: asked before each token. Sample `i` of a seed is the same whatever stands beside it.
 * Throws when there is no room for the answer, and when the model's output is not a number.
 */
export async function* drawAnswers(
  policy: Policy,
  { asked, prefix, settings, stop_strings, thinking_token_budget: budget, reasoning_end_str }: DrawRequest,
  stopped: () => Promise<boolean>,
): AsyncGenerator<readonly PlayAnswer[], void, void> {
  const { tokenizer } = policy;
  refuseUnknown(policy, prefix);
  const prompt = encodePrompt(policy, asked);
  const { samples: count, seed } = settings;
  const temperature = temperatureOf(settings);
  const drawings = Array.from({ length: count }, (): Drawing => ({ ids: [...prefix], end: null }));
  const given = readTokens(policy, prompt, prefix, temperature);
  const told = (drawing: Drawing, tokens: readonly PlayToken[]): PlayAnswer => ({
    tokens: [...tokens],
    // Made when it is told, not for each token: a text is decoded as a whole.
    get completion() {
      return completionText(tokenizer, { prompt, completion: drawing.ids });
    },
    end: drawing.end,
  });
  const options = {
    ...settings,
    temperature,
    stop_strings,
    num_generations: count,
    random: settings.temperature === 0 ? null : (_: number, sample: number) => randomStream(seed, "playground", sample),
  };
  const start = [...prompt, ...prefix];
  const end = budget === undefined ? null : thinkingEnd(tokenizer, { reasoning_end_str }, prompt);
  const request = { ...decodeRequest(policy, [start], options), inserted: end?.ids ?? [] };
  const stops = new Set(request.stops);
  const isOver = prefix.length > 0 && stops.has(prefix.at(-1)!);
  if (isOver) for (const drawing of drawings) drawing.end = "stop";
  yield drawings.map((drawing) => told(drawing, given));
  if (isOver) return;
  const read = readPrompts(policy, [start]);
  try {
    const decoded = emptyDecoded(read, request);
    const marks = newMarks(count);
    const thinking =
      end &&
      budgetWatch(tokenizer, budget!, end, [prompt], {
        sequences: count,
        samples: count,
        tokensOf: (sequence) => Int32Array.from(drawings[sequence]!.ids),
        hasEnded: (sequence) => drawings[sequence]!.end !== null,
      });
    for (const drawn of tokensStepwise(policy, read, request, decoded, count, marks)) {
      const news = drawings.map((): PlayToken[] => []);
      for (const { sequence, position, logits, row } of drawn) {
        const drawing = drawings[sequence]!;
        // Behind a stop string that several tokens make it goes on in vain.
        if (drawing.end !== null) continue;
        if (decoded.lengths[sequence]! < 0)
          throw new UserError("The model's output is not a finite number: this checkpoint cannot be used.");
        const id = decoded.tokens[sequence * settings.max_completion_length + position]!;
        drawing.ids.push(id);
        news[sequence]!.push(
          playToken(policy, logits, row, temperature, id, insertedToken(marks, request, sequence, position) !== null),
        );
        const atStop =
          stop_strings.length > 0 && lengthAtStop(tokenizer, Int32Array.from(drawing.ids), stop_strings) !== null;
        if (stops.has(id) || atStop) drawing.end = "stop";
        else if (position + 1 === settings.max_completion_length) drawing.end = "length";
      }
      for (const sequence of thinking?.look() ?? []) marks.insertedAt[sequence] = decoded.lengths[sequence]!;
      const isStopped = await stopped();
      if (isStopped) for (const drawing of drawings) drawing.end ??= "cancelled";
      yield drawings.map((drawing, index) => told(drawing, news[index]!));
      if (drawings.every(({ end }) => end !== null)) return;
    }
  } finally {
    disposeReadPrompts(read);
  }
}

/** An answer that a person wrote, as the model sees it: closed by its end token, as examples are in training. Throws when it does not fit. */
export function readAnswer(policy: Policy, asked: Asked, text: string): PlayAnswer {
  const prompt = encodePrompt(policy, asked);
  const ids = encodeCompletion(policy.tokenizer, prompt, text);
  const { max_position_embeddings: positions } = policy.config;
  if (prompt.length + ids.length > positions)
    throw new UserError(
      `The prompt has ${prompt.length} tokens and the answer ${ids.length}; the model has ${positions} positions.`,
    );
  return {
    tokens: readTokens(policy, prompt, ids, 1),
    completion: completionText(policy.tokenizer, { prompt, completion: ids }),
    end: "written",
  };
}

function refuseUnknown({ config }: Policy, prefix: readonly number[]): void {
  const unknown = prefix.find((id) => id >= config.vocab_size);
  if (unknown !== undefined)
    throw new UserError(`The model has no token ${unknown}: this answer is of another checkpoint. Sample anew.`);
}
