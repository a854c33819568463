/** Judges: other models that say how good a completion is, as rewards ask them. */
import type { JudgeAnswer, JudgeQuestion } from "../protocol/judges";
import type { ScoreWithDetails } from "./contract";
import { judgeAsker } from "./judge-bridge";
import { checkOptions, settingsOf } from "./judge-options";

/** A judge: which model, by which rubric, and within which limits. */
export interface JudgeOptions {
  /** What is good, in words for the judge. */
  readonly rubric: string;
  /** Address of an OpenAI-compatible server: `http://127.0.0.1:8000/v1`. Its host must be in the reward's `hosts`. Unset: the model is one of the editor's. */
  readonly endpoint?: string;
  /** The model's name at the server, or `vscode:NAME` for one of the editor's own. */
  readonly model: string;
  /** Name of its limits, budget and metrics. Unset: the model's. */
  readonly name?: string;
  /** Name of its key, which must be in the reward's `keys`: a variable of the environment, or stored by *Set Key of Judge…*. Never the key itself. */
  readonly key?: string;
  /** Lowest and highest score. Unset: 0 and 1. */
  readonly range?: readonly [number, number];
  /** How the server is told the form of the reply (`response_format`); `none` for servers that know neither. Unset: `json_schema`. */
  readonly reply_format?: "json_schema" | "json_object" | "none";
  /** Further members of the request. Unset: `temperature` 0 and `max_tokens` 1024. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Most calls at the same time. Unset: 8. */
  readonly max_concurrent?: number;
  /** Most calls a second, retries included. Unset: no limit. */
  readonly requests_per_second?: number;
  /** How often a call is made again that failed or was late. Unset: 4. */
  readonly retries?: number;
  /** Seconds before the first retry, twice as long each time; a server's `Retry-After` can ask for more. Unset: 1. */
  readonly retry_delay?: number;
  /** Seconds for one call. Unset: 60. */
  readonly timeout?: number;
  /** How often a reply that is not what was asked for is asked for again. Unset: 2. */
  readonly repeats?: number;
  /** Most calls, and most money, of a whole run, resumes included. The run pauses when it is used up. Unset: no limit. */
  readonly budget?: { readonly calls?: number; readonly cost?: number };
  /** Of a million tokens, in the money of `budget.cost`. */
  readonly price?: { readonly input: number; readonly output: number };
}

/** What is judged. `answer` is shown to the judge as the reference; leave it out where it is to judge without. */
export interface JudgedSample {
  readonly prompt: string;
  readonly completion: string;
  readonly answer?: string;
}

/** Two completions of one prompt. */
export interface JudgedPair {
  readonly prompt: string;
  readonly a: string;
  readonly b: string;
  readonly answer?: string;
}

/** All completions of one prompt. */
export interface JudgedGroup {
  readonly prompt: string;
  readonly completions: readonly string[];
  readonly answer?: string;
}

/** A score in the judge's range, with its reason: what a reward may return as it is. */
export interface JudgeScore extends ScoreWithDetails {
  readonly score: number;
  readonly reason: string;
}

/** Which of two is better. The judge is asked in both orders: where it says another thing in each, it is a tie, and `agreed` is false. */
export interface JudgeComparison {
  readonly winner: "A" | "B" | "tie";
  readonly reason: string;
  readonly agreed: boolean;
}

/** A judge that can be asked. What it says of the same texts is asked once and kept with the run. */
export interface Judge {
  /** How good one completion is. */
  readonly score: (sample: JudgedSample) => Promise<JudgeScore>;
  /** Which of two completions is better. */
  readonly compare: (pair: JudgedPair) => Promise<JudgeComparison>;
  /** For each completion the share of the others that it beats; a tie is half. A group of n takes n · (n − 1) calls. */
  readonly rank: (group: JudgedGroup) => Promise<number[]>;
}

/** An error at the line that asked, whatever way its message came. */
function errorFrom(asked: { readonly stack?: string }, message: string): Error {
  const error = new Error(message);
  const frames = (asked.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  error.stack = [`Error: ${message}`, ...frames].join("\n");
  return error;
}

/**
 * A model that judges by a rubric: reason first, then a score or the better of two. It is asked by Reasoning Lab, not by the reward's process: the
 * recipe names its host in `hosts` and its key in `keys`. A call that fails or is late, and a reply that is not what was asked for, is an error, never
 * a score. Throws a TypeError for options that it cannot have.
 *
 *     const careful = judge({ rubric: "Is every step right?", endpoint: "http://127.0.0.1:8000/v1", model: "qwen3-8b" });
 *     export const steps: Reward = ({ prompt, completion }) => careful.score({ prompt, completion });
 */
export function judge(options: JudgeOptions): Judge {
  checkOptions(options);
  const settings = settingsOf(options);
  const { rubric, range = [0, 1] } = options;
  const asked = (answer: string | undefined) => ({
    rubric,
    answer: answer === undefined || answer === "" ? null : answer,
  });
  // By the function that a reward calls, whose caller is the line of the reward.
  const ask = async (question: JudgeQuestion, called: (...given: never[]) => unknown): Promise<JudgeAnswer> => {
    const place: { stack?: string } = {};
    Error.captureStackTrace(place, called);
    try {
      return await judgeAsker()({ judge: settings, question });
    } catch (error) {
      throw errorFrom(place, error instanceof Error ? error.message : String(error));
    }
  };
  const score = ({ prompt, completion, answer }: JudgedSample): Promise<JudgeScore> =>
    ask({ kind: "score", ...asked(answer), prompt, completion, range: [range[0], range[1]] }, score).then((said) => {
      if (said.kind !== "score") throw new Error("The judge was asked for a score.");
      return { score: said.score, reason: said.reason };
    });
  const compare = ({ prompt, a, b, answer }: JudgedPair): Promise<JudgeComparison> =>
    ask({ kind: "compare", ...asked(answer), prompt, a, b }, compare).then((said) => {
      if (said.kind !== "compare") throw new Error("The judge was asked for a comparison.");
      return { winner: said.winner, reason: said.reason, agreed: said.agreed };
    });
  const rank = async ({ prompt, completions, answer }: JudgedGroup): Promise<number[]> => {
    const wins = completions.map(() => 0);
    const pairs = completions.flatMap((a, first) =>
      completions.slice(first + 1).map((b, offset) => ({ a, b, first, second: first + 1 + offset })),
    );
    await Promise.all(
      pairs.map(async ({ a, b, first, second }) => {
        // Nobody needs to be asked which of two equal texts is better.
        const given = answer === undefined ? { prompt, a, b } : { prompt, a, b, answer };
        const winner = a === b ? "tie" : (await compare(given)).winner;
        wins[first]! += winner === "A" ? 1 : winner === "tie" ? 0.5 : 0;
        wins[second]! += winner === "B" ? 1 : winner === "tie" ? 0.5 : 0;
      }),
    );
    return completions.length < 2 ? wins.map(() => 0.5) : wins.map((count) => count / (completions.length - 1));
  };
  return { score, compare, rank };
}
