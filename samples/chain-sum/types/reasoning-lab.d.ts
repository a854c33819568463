/**
 * What a reward file may use: `import type { Reward } from "reasoning-lab"`.
 *
 * A reward returns a finite number, `null` where it does not apply to a sample (which is then left out, as in TRL), or
 * `{ score, …named values }`, whose further values are shown beside the score. It may be async. A throw, a time-out, NaN or a wrong
 * count is an error, never a silent 0: it is counted, shown at its line, and the sample is left out of the baseline.
 */

/** One message of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
  /** What the assistant thought before it said this. */
  readonly reasoning_content?: string | undefined;
}

/** Columns of the data of a project's recipes: `types/rows.d.ts`, which the editor writes, adds them. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is added to
export interface RowColumns {}

/** Columns as far as they are known, else any. */
export type KnownColumns<Columns> = keyof Columns extends never ? Readonly<Record<string, unknown>> : Readonly<Columns>;

/** A task's row. */
export type Row = KnownColumns<RowColumns>;

/** One sample. */
export interface RewardInput {
  /** What the model was asked, as one text; a system message is not part of it. */
  readonly prompt: string;
  /** The same message by message, with the system message and the turns before, as TRL's rewards get conversational prompts. */
  readonly messages: readonly Message[];
  /** What the model wrote: `<think>…</think><answer>…</answer>`. */
  readonly completion: string;
  /** The task's own answer. */
  readonly answer: string;
  /** The task's whole row, for rewards that need more than the answer. A number that a double cannot hold is its text, as it is written in the file. */
  readonly row: Row;
  /** The completion's token ids, for rewards that count tokens; null where only its text is known, as in cases. */
  readonly completionIds: readonly number[] | null;
}

/** All samples of one prompt. */
export interface GroupRewardInput {
  readonly prompt: string;
  readonly messages: readonly Message[];
  readonly completions: readonly string[];
  readonly answers: readonly string[];
  readonly rows: readonly Row[];
  /** `[samples][tokens]`; null where only the texts are known. */
  readonly completionIds: readonly (readonly number[])[] | null;
}

/** A score, with named values to show beside it. */
export interface ScoreWithDetails {
  readonly score: number;
  /** A score for each step of the completion, as many as `completionSteps` finds, shown with its steps and tokens. Anything but a list is a named value. */
  readonly steps?: number | string | readonly number[];
  readonly [name: string]: number | string | readonly number[] | undefined;
}

/** What a reward says of one sample. `null`: it does not apply. */
export type RewardResult = number | null | ScoreWithDetails;

/** Scores one sample. */
export type Reward = (input: RewardInput) => RewardResult | Promise<RewardResult>;

/** Scores all samples of a group at once and returns one result for each, in their order. */
export type GroupReward = (input: GroupRewardInput) => readonly RewardResult[] | Promise<readonly RewardResult[]>;

/**
 * Whether the answer of a completion means the same as the gold answer: `verifyMath("… \\boxed{\\frac{1}{2}}", "0.5").score` is 1.
 *
 * The answer is searched in the text behind the thinking (`</think>`, or the end of another known tag): in `\boxed{…}`, behind "final answer is", in `<answer>…</answer>`, behind `####`,
 * behind "answer is", and last in the last expression. It is compared by exact arithmetic, then by the rules for its kind (sets, tuples,
 * intervals, relations, equations, matrices, units, words), then as a formula at fixed points. Different numbers are never equal.
 *
 * It never throws, whatever the text, and ends within 50 milliseconds; what cannot be decided in that time is not right.
 */
export declare function verifyMath(completion: string, gold: string, options?: MathOptions): MathVerdict;

export interface MathOptions extends ReasoningOptions {
  /**
   * Decimals to which a number that is written with a decimal point must agree: with 2, `0.33` is 1/3. Without it a number is only what
   * it says exactly.
   */
  readonly decimals?: number;
  /** `exact`: 28% is 0.28 and nothing else. `either` (the default): 28 too, as problems in percent mean it. */
  readonly percent?: "either" | "exact";
  /** `latex`: an answer outside of a box only counts in `$…$`, `\(…\)` or `\[…\]`. `any` (the default): plain text too. */
  readonly notation?: "any" | "latex";
  /** Whether `2,5` is the number 2.5, as Germans write it. By default it is the list of 2 and 5; with spaces, or more commas, always. */
  readonly decimalComma?: boolean;
}

/** What is said of one completion, to be shown beside a score. */
export interface MathVerdict {
  /** 1: the answer is the gold answer. 0: it is not, or there is none. `null`: the gold answer cannot be read, so nothing can be said. */
  readonly score: 1 | 0 | null;
  /** The rule that decided, in words. */
  readonly rule: string;
  /** The text that was taken for the answer; empty without one. */
  readonly answer: string;
  /** Where that text was found; null without one. */
  readonly source: AnswerSource | null;
  /** The answer as it was understood; empty when it was not. */
  readonly parsed: string;
  /** The gold answer as it was understood; empty when it was not. */
  readonly gold: string;
}

/** Where an answer was found, in the order of trust. */
export type AnswerSource =
  "boxed" | "final answer" | "answer tag" | "####" | "answer is" | "whole text" | "last expression";

/**
 * 1 where the answer is right, 0 where it is wrong or there is none, null where the gold answer cannot be read: TRL's and open-r1's
 * `accuracy_reward`. (Older versions of open-r1 give 1 for null.)
 */
export declare function accuracy(completion: string, answer: string, options?: AccuracyOptions): 0 | 1 | null;

/**
 * {@link accuracy} of what stands behind the thinking; 0 where the thinking does not end, whatever the gold answer is. TRL's
 * `reasoning_accuracy_reward`. (TRL's documentation says that the last occurrence of any delimiter counts; its code does as said here.)
 */
export declare function reasoningAccuracy(
  completion: string,
  answer: string,
  options?: ReasoningAccuracyOptions,
): 0 | 1 | null;

export interface AccuracyOptions extends MathOptions {
  /**
   * `trl`: an answer counts only where TRL and open-r1 take it, in `\boxed` or in LaTeX behind words such as "the answer is" (`\fbox` marks none); a
   * gold answer without a digit and without LaTeX cannot be read; and a number with a decimal point agrees to 6 decimals with what is not written
   * as a whole number. docs/rewards.md lists what differs still. `any` (the default): wherever `verifyMath` finds it; words are answers as well.
   */
  readonly style?: "any" | "trl";
  /**
   * The answer is judged as if it were the gold answer and the other way round, as open-r1's length reward does by mistake. It matters where
   * the two are not equals, for example for an equation as the gold answer and a number as the answer.
   */
  readonly swapped?: boolean;
  /** What judges instead of `verifyMath`; the other options are `verifyMath`'s. */
  readonly verify?: AnswerVerifier;
}

/** Judges a completion against a gold answer. `score` is null when the gold answer cannot be read. */
export type AnswerVerifier = (completion: string, answer: string) => { readonly score: 0 | 1 | null };

export interface ReasoningAccuracyOptions extends AccuracyOptions {
  /** What ends the thinking. The first of them that occurs counts, and of it the last occurrence. */
  readonly reasoning_delimiters?: readonly string[];
}

/**
 * A number in [0, 1) that follows from what is given, in place of `Math.random()`: the same for the same row and completion in every resume and re-score.
 * What is given may be anything that JSON can write.
 */
export declare function seededRandom(from: unknown, and?: unknown): number;

/** Splits a completion by scanning for the tags: linear in its length, whatever it holds. */
export declare function splitReasoning(completion: string, options?: ReasoningOptions): SplitReasoning;

/** The parts of a completion in the R1 form `<think>…</think><answer>…</answer>`. */
export interface SplitReasoning {
  /** Text between the first `<think>` (or another tag of thinking) and its end; before a lone end, all text: there the prompt has begun it. Else null. */
  readonly thinking: string | null;
  /** Text of the last closed `<answer>` after the thinking; null without one. */
  readonly answer: string | null;
  /**
   * The whole completion is one thinking in `<think>` (or the tags that are given) and one answer, white space between and around aside, with no further
   * tag in either.
   */
  readonly wellFormed: boolean;
}

export interface ReasoningOptions {
  /** Opening and closing tags of thinking, in place of those that are known (docs/rewards.md lists them). Case does not matter. */
  readonly reasoningTags?: readonly ReasoningTag[];
}

/** Opening and closing tag, as they stand in a text. Case does not matter. */
export type ReasoningTag = readonly [open: string, close: string];

/** 1 where a completion has the form of R1, else 0; see {@link FormatStyle} for the forms. Linear in the completion's length. */
export declare function format(completion: string, style?: FormatStyle, options?: FormatOptions): 0 | 1;

/**
 * - `strict`: open-r1's format without its faults: `<think>`, `</think>`, `<answer>` and `</answer>` once each, in this order, each on a line of
 *   its own, with something to read in both parts (two letters or digits of thinking at least) and nothing outside of them.
 * - `soft`: the same, but the tags need no lines of their own and white space may stand between and around them.
 * - `think`: `<think>` at the start, one `</think>`, and something to read before and after that. For models that answer without tags.
 * - `open-r1`: exactly open-r1's `format_reward`. Known faults: takes several blocks of thinking and answer, empty ones, and any text in
 *   the lines after `</answer>`.
 * - `trl`: exactly TRL's `think_format_reward`. Known faults: takes an empty thinking, no answer, and more than one `</think>`.
 */
export type FormatStyle = "strict" | "soft" | "think" | "open-r1" | "trl";

export interface FormatOptions {
  /**
   * The prompt ended with `<think>`, as chat templates of reasoning models have it: a completion begins within the thinking, and has the form that it
   * has with this tag before it. One that has the tag is judged as it is. In a run that is known, and the completions that rewards get have the tag.
   */
  readonly opened?: boolean;
}

/** 1 where a completion has the form of R1 with a block of code in its answer, else 0. */
export declare function codeFormat(given: string, options?: CodeFormatOptions): 0 | 1;

export interface CodeFormatOptions extends FormatOptions {
  /** What stands after the fence: `python`, `javascript`, … */
  readonly language?: string;
  /**
   * `strict` and `soft`: as {@link format} has them, with a closed block of code in exactly this language in the answer. `open-r1`: exactly
   * open-r1's `code_format_reward`, with the faults of its format; it also takes `java` for what is `javascript`.
   */
  readonly style?: "strict" | "soft" | "open-r1";
}

/**
 * A quarter for each tag of R1 that occurs exactly once: 0, 0.25, 0.5, 0.75 or 1. open-r1's `tag_count_reward`.
 * `lines`: each tag counts with the line breaks that open-r1's format wants around it; false: the bare tags, for models that write them
 * without lines of their own.
 */
export declare function tagCount(completion: string, options?: { readonly lines?: boolean }): number;

/**
 * The steps of a completion, in order: its thinking cut at blank lines, else at line ends, semicolons, ends of sentences, else as one. What stands around the
 * thinking is no step; a completion that does not think is cut as a whole, its tags of answers aside.
 */
export declare function completionSteps(completion: string): CompletionStep[];

/** One step of a completion. */
export interface CompletionStep {
  readonly text: string;
  /** Where it begins in the completion, in UTF-16 units. */
  readonly start: number;
}

/**
 * `min(1, n / steps)`, where n counts what looks like a step: `Step 1:`, `1.`, list items with `-` or `*`, and `First,`, `Second,`, `Next,`,
 * `Finally,`. It says nothing of what the steps are worth and needs a reward for the answer beside it.
 */
export declare function reasoningSteps(completion: string, options?: ReasoningStepsOptions): number;

export interface ReasoningStepsOptions {
  /** Steps that give a reward of 1; fewer give their share. */
  readonly steps?: number;
  /**
   * `strict`: a step counts with text of its own, that no other step has, before the next one. `open-r1`: exactly open-r1's
   * `reasoning_steps_reward`. Known faults: `First,First,First,` counts as three steps, and `1.` at the start of the completion only.
   */
  readonly style?: "strict" | "open-r1";
}

/** A completion's length: a number of tokens, the tokens themselves, or its text, which counts in characters. */
export type CompletionLength = number | string | readonly number[];

/** Whether an answer is right: 1 or true; wrong: anything else; null: nobody knows, as its gold answer cannot be parsed. */
export type Correctness = number | boolean | null;

/**
 * Rewards short right answers within a group (Kimi k1.5, section 2.3.3; open-r1's `len_reward`): with
 * `λ = 0.5 − (length − shortest) / (longest − shortest)`, a right answer gets λ and a wrong one `min(0, λ)`; all get 0 when all are equally long.
 * `completions` and `correct` are `[samples]`; so is the result, with null for what is skipped. Lengths are tokens where numbers or token ids
 * are given; open-r1 counts characters. Throws a RangeError when the two are not equally many.
 */
export declare function length(
  completions: readonly CompletionLength[],
  correct: readonly Correctness[],
  options?: LengthOptions,
): (number | null)[];

export interface LengthOptions {
  /** What a sample is whose gold answer cannot be parsed. `skip`: null, and its length does not count. `correct`: right, as in open-r1. */
  readonly unknown?: "skip" | "correct";
}

/**
 * A reward on a cosine over the length (arXiv 2502.03373): a right answer goes from `max_value_correct` at length 0 down to `min_value_correct` at
 * `max_len`, a wrong one from `min_value_wrong` up to `max_value_wrong`. TRL's and open-r1's `cosine_scaled_reward`:
 * `to + ½ (from − to) (1 + cos(π · length / max_len))`. TRL counts tokens (give a number or token ids), open-r1 characters (give the text).
 */
export declare function cosine(
  completion: CompletionLength,
  correct: Correctness,
  options: CosineOptions,
): number | null;

/** TRL's names and defaults. */
export interface CosineOptions {
  /** The length at which the reward has gone its whole way, in the unit of the completion's length. */
  readonly max_len: number;
  readonly min_value_wrong?: number;
  readonly max_value_wrong?: number;
  readonly min_value_correct?: number;
  readonly max_value_correct?: number;
  /** Beyond `max_len` the reward stays as it is there, as in TRL. false: it swings back, as in open-r1. */
  readonly clamp?: boolean;
  /** What a sample gets whose gold answer cannot be parsed: null, as in TRL; open-r1 gives 1. */
  readonly unknown?: number | null;
}

/**
 * `max_penalty · (1 − different n-grams / n-grams)` (arXiv 2502.03373, appendix C.2), 0 for fewer than `ngram_size` words. On a text: open-r1's
 * `repetition_penalty_reward`, over lower-case words. On token ids: TRL's. open-r1 finds Chinese words with jieba, here the runtime's
 * dictionary does, which divides some texts otherwise.
 */
export declare function repetitionPenalty(
  completion: string | readonly number[],
  options?: RepetitionPenaltyOptions,
): number;

/** The names of TRL and open-r1. */
export interface RepetitionPenaltyOptions {
  readonly ngram_size?: number;
  /** The reward where everything is repeated: 0 or below. */
  readonly max_penalty?: number;
  /** Language of a text. Words stand between white space; in `zh`, `ja`, `th`, `lo`, `km` and `my`, a dictionary finds them. */
  readonly language?: string;
}

/**
 * 0 up to `max_completion_len − soft_punish_cache`, from there down to −1 at `max_completion_len`, −1 beyond (DAPO, arXiv 2503.14476, equation 13;
 * TRL's `get_soft_overlong_punishment`). Counts tokens: give their number or the token ids.
 */
export declare function softOverlongPunishment(completion: CompletionLength, options: SoftOverlongOptions): number;

/** TRL's names. */
export interface SoftOverlongOptions {
  /** Longest completion, in the unit of the completion's length. */
  readonly max_completion_len: number;
  /** Over so many before `max_completion_len` the punishment grows. */
  readonly soft_punish_cache: number;
}

/**
 * Words of the target language in the thinking / words in the thinking (DeepSeek-R1, section 2.3.2): 1 where all are, null where the thinking
 * has no words, 0 where there is no thinking. Code, formulas and single letters are left out.
 * `language` is a code such as `"en"` or `"zh"`: a word belongs to it when it is written in its script. That tells English from Chinese or
 * Russian, not from French: for languages of one script, give a function that knows the words.
 */
export declare function languageConsistency(
  completion: string,
  language: string | ((word: string) => boolean),
): number | null;

export type CodeTests = InputOutputTests | CallTests | AssertTests | CheckTests;

/** A program that reads its input and prints its answer. A number is its text. */
export interface InputOutputTests {
  readonly cases: readonly { readonly input: string | number; readonly output: string | number }[];
}

/**
 * Calls of a function with values of JSON; in Python, an expected array is equal to a list and to a tuple, and a parameter that is annotated as a `TreeNode` or a
 * `ListNode` takes the list that LeetCode writes it as.
 */
export interface CallTests {
  /**
   * Name of the function; in Python also a method (`Solution().twoSum`), or a class, whose cases have two arguments, names of operations and the arguments of
   * each, and expect what these give: `[["LRUCache", "put", "get"], [[2], [1, 1], [1]]]` and `[null, null, 1]`.
   */
  readonly function: string;
  readonly cases: readonly { readonly arguments: readonly unknown[]; readonly expected: unknown }[];
}

/** `assert` statements of Python, as MBPP has them. */
export interface AssertTests {
  readonly asserts: string | readonly string[];
  /** Runs before them. */
  readonly setup?: string;
}

/** Python that tests a function which it calls `candidate`, as HumanEval has it. */
export interface CheckTests {
  readonly check: string;
  /** Name of the function that is `candidate`. */
  readonly function: string;
  /** What the tests need that is not the program's. */
  readonly setup?: string;
}

/**
 * A model that judges by a rubric: reason first, then a score or the better of two. It is asked by Reasoning Lab, not by the reward's process: the
 * recipe names its host in `hosts` and its key in `keys`. A call that fails or is late, and a reply that is not what was asked for, is an error, never
 * a score. Throws a TypeError for options that it cannot have.
 *
 *     const careful = judge({ rubric: "Is every step right?", endpoint: "http://127.0.0.1:8000/v1", model: "qwen3-8b" });
 *     export const steps: Reward = ({ prompt, completion }) => careful.score({ prompt, completion });
 */
export declare function judge(options: JudgeOptions): Judge;

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

/**
 * Judges the program in a completion: the last code block after its reasoning. The program runs in a sandbox without files,
 * network and environment, and never sees what its tests expect. `score` of the verdict is the share of tests that it passes.
 *
 *     export const passesTests: Reward = async ({ completion, row }) =>
 *       (await verifyCode(completion, { asserts: row.test_list as string[] })).score;
 *
 * Tests are one of `{ cases: [{ input, output }] }`, `{ function, cases: [{ arguments, expected }] }`, `{ asserts }` (Python, as
 * in MBPP) and `{ check, function }` (Python, as in HumanEval). Throws a TypeError for tests that are none of these or are empty.
 */
export declare function verifyCode(completion: string, tests: CodeTests, options?: CodeOptions): Promise<CodeVerdict>;

/** The share of tests that a completion's program passes, null where the tests are faulty: open-r1's `code_reward`. */
export declare function code(completion: string, tests: CodeTests, options?: CodeOptions): Promise<number | null>;

/** 1 where more than 99 % of the tests are passed, else 0, null where the tests are faulty: open-r1's `binary_code_reward`. */
export declare function binaryCode(completion: string, tests: CodeTests, options?: CodeOptions): Promise<0 | 1 | null>;

/** Runs a Python program in a sandbox and says what it printed and how it ended. It gets 256 MiB and 5 seconds unless told otherwise. */
export declare function runPython(code: string, options?: RunOptions): Promise<ProgramRun>;

/** Runs a JavaScript program in a sandbox and says what it printed and how it ended. It gets 256 MiB and 5 seconds unless told otherwise. */
export declare function runJavaScript(code: string, options?: RunOptions): Promise<ProgramRun>;

export interface CodeOptions extends ReasoningOptions {
  /** Language of the program. Default: Python. */
  readonly language?: "python" | "javascript" | "typescript";
  /** Seconds for each test. Default: 5. */
  readonly timeout?: number;
  /** Which of a completion's code blocks are the program. Default: the last. */
  readonly blocks?: "last" | "all";
  /**
   * How far numbers with a fraction may be from what `cases` expect; a number is both absolute and relative to what is expected. Default: 10⁻⁶, or 10⁻⁹ of what
   * is expected where that is more, and never more than a tenth of it. 0: nothing. Whole numbers are exact; asserts and checks say themselves what they allow.
   */
  readonly tolerance?: number | { readonly absolute?: number; readonly relative?: number };
  /**
   * `leetcode`: the functions of a Python program have what LeetCode gives it where it does not define that itself: `List`, `TreeNode`, `ListNode`, `deque`,
   * `inf` and so on. Default: where it has a class `Solution` or is tested by operations on a class.
   */
  readonly prelude?: "leetcode" | "none";
}

export interface CodeVerdict {
  /** That of the first test that was not passed. */
  readonly status: CodeStatus;
  readonly passed: number;
  readonly total: number;
  /** Share of tests that were passed; null when the tests are faulty. */
  readonly score: number | null;
  /** The program; null when there is none. */
  readonly code: string | null;
  readonly cases: readonly CaseVerdict[];
}

/**
 * `wrong-answer`: it ran and gave something else. `crash`: it threw, or ended itself. `no-code`: the completion holds no closed
 * code block. `faulty-tests`: the tests cannot be used; such a sample says nothing about the program.
 */
export type CodeStatus = "passed" | "wrong-answer" | "crash" | "timeout" | "out-of-memory" | "no-code" | "faulty-tests";

export interface CaseVerdict {
  readonly status: CodeStatus;
  /** What was tested, in short. */
  readonly test: string;
  /** What is wrong, or what was let pass within the tolerance for numbers; else empty. */
  readonly message: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface RunOptions {
  /** What the program reads. Default: nothing. */
  readonly input?: string;
  /** Seconds. Default: 5. */
  readonly timeout?: number;
}

export interface ProgramRun {
  /** `passed`: it ended by itself, with whatever exit code. */
  readonly status: Exclude<CodeStatus, "no-code" | "wrong-answer" | "faulty-tests">;
  readonly exitCode: number | null;
  /** What it printed, up to 1 MiB. */
  readonly stdout: string;
  readonly stderr: string;
  /** The exception, with its trace; empty when there was none. */
  readonly message: string;
  readonly milliseconds: number;
}
