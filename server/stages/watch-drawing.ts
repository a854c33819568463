/** Looks at completions while they are drawn: whether the run is asked to stop, how far they are, and what they say so far. */
import { begunBy } from "../models/begun";
import type { Policy } from "../models/policy";
import { longestShown, mostShown, type DrawingProgress, type DrawingView } from "../protocol/drawing";
import type { Drawing, DrawnTogether } from "../rollouts/drawing";
import type { StageContext } from "./context";

/** Milliseconds of drawing after which it is told how far it is, and between two times. */
const told = { first: 2000, every: 500 } as const;
/** The same for what is written; and between two times at least so many times as long as it took: it costs a fortieth at most. */
const shown = { first: 3000, every: 1500, share: 40 } as const;
/** Tokens that are read as text at a time: of many completions, the ends. */
const mostRead = 16_384;

export interface WatchSettings extends Pick<DrawingView, "stage" | "step" | "purpose"> {
  readonly policy: Policy;
  /** Completions that are to be drawn in all. */
  readonly sequences: number;
  /** Tokens that such a step had last; null: there was none. */
  readonly expected: number | null;
  readonly tell: (progress: DrawingProgress) => void;
}

export interface DrawingWatch {
  /** Called between pieces; false: the run is asked to stop. */
  readonly between: (of: DrawnTogether, drawing: Drawing) => Promise<boolean>;
  /** These are drawn. */
  readonly drawn: (rollouts: readonly { readonly completion: ArrayLike<number> }[]) => void;
  /** Tokens drawn so far. */
  readonly tokens: () => number;
}

export function watchDrawing(context: StageContext, settings: WatchSettings): DrawingWatch {
  const { policy, stage, step, purpose, expected } = settings;
  /** Of what was drawn before what is being drawn now. */
  const before = { tokens: 0, completions: 0 };
  let tokens = 0;
  /** When the drawing was first looked at, and what was drawn by then. */
  let began: { readonly at: number; readonly tokens: number } | null = null;
  let nextTold = 0;
  let nextShown = 0;

  const progressOf = (drawing: Drawing, tokensPerSecond: number): DrawingProgress => {
    let room = 0;
    for (let sequence = 0; sequence < drawing.sequences; sequence++)
      if (!drawing.hasEnded(sequence)) room += drawing.most - drawing.tokensOf(sequence).length;
    const toCome = Math.max(0, settings.sequences - before.completions - drawing.sequences);
    const most = tokens + room + toCome * drawing.most;
    // More than the last step had: how many more, nobody knows.
    const known = expected !== null && expected > tokens && expected <= most;
    const left = (known ? expected : most) - tokens;
    return { tokens, most, tokensPerSecond, secondsLeft: left / tokensPerSecond, atMost: !known };
  };

  return {
    tokens: () => tokens,
    drawn(rollouts) {
      before.completions += rollouts.length;
      before.tokens += rollouts.reduce((sum, { completion }) => sum + completion.length, 0);
      ({ tokens } = before);
    },
    async between(of, drawing) {
      const now = performance.now();
      tokens = before.tokens + drawing.tokens();
      if (began === null) {
        began = { at: now, tokens };
        [nextTold, nextShown] = [now + told.first, now + shown.first];
      }
      if (now >= nextTold) {
        const progress = progressOf(drawing, (1000 * (tokens - began.tokens)) / (now - began.at));
        settings.tell(progress);
        nextTold = now + told.every;
        if (now >= nextShown) {
          const samples = samplesOf(policy, of, drawing);
          const begun = samplesBegun(drawing);
          context.run.showDrawing({
            stage,
            step,
            purpose,
            progress,
            samples,
            waiting: drawing.sequences - begun,
            more: begun - samples.length,
            before: before.completions,
          });
          const took = performance.now() - now;
          nextShown = now + took + Math.max(shown.every, shown.share * took);
        }
      }
      return !(await context.stopRequested());
    },
  };
}

function samplesBegun({ sequences, tokensOf }: Drawing): number {
  let begun = 0;
  for (let sequence = 0; sequence < sequences; sequence++) if (tokensOf(sequence).length > 0) begun++;
  return begun;
}

/** The ends of the completions that have begun, as many as there is room for. */
function samplesOf(
  { tokenizer }: Policy,
  { encoded, prompts, firstGroup }: DrawnTogether,
  drawing: Drawing,
): DrawingView["samples"] {
  const count = Math.min(mostShown, samplesBegun(drawing));
  const tail = Math.max(16, Math.floor(mostRead / Math.max(1, count)));
  const samples: DrawingView["samples"] = [];
  for (let sequence = 0; sequence < drawing.sequences && samples.length < count; sequence++) {
    const own = drawing.tokensOf(sequence);
    if (own.length === 0) continue;
    const group = Math.floor(sequence / drawing.samples);
    const end = tokenizer.decode(own.subarray(Math.max(0, own.length - tail)));
    const text = own.length > tail ? end : begunBy(tokenizer, encoded[group]!) + end;
    samples.push({
      group: firstGroup + group,
      sample: sequence % drawing.samples,
      prompt: prompts[group]!.slice(0, longestShown.prompt),
      tokens: own.length,
      ended: drawing.hasEnded(sequence),
      text: text.slice(-longestShown.completion),
      cut: own.length > tail || text.length > longestShown.completion,
    });
  }
  return samples;
}
