/** The tags between which models think: one list for all that reads completions. */

/** Opening and closing tag, as they stand in a text. Case does not matter. */
export type ReasoningTag = readonly [open: string, close: string];

/** Names that stand in `<name>` and `</name>`. */
const names = [
  // DeepSeek-R1, Qwen3, QwQ, GLM, Phi-4, SmolLM3, Nemotron and most others.
  "think",
  // Claude and models trained after its prompts; Gemma, EXAONE, Reflection, Seed-OSS, LongCat, MiniMax; usual names in prompts.
  "thinking",
  "antThinking",
  "thought",
  "thoughts",
  "reasoning",
  "reason",
  "reflection",
  "analysis",
  "scratchpad",
  "inner_thoughts",
  "inner_monologue",
  "chain_of_thought",
  "cot",
  "seed:think",
  "longcat_think",
  "mm:think",
  "internal_monologue",
  "inner_thought",
  "internal_thoughts",
  "thought_process",
  "thinking_process",
  "chain-of-thought",
];

const others: readonly ReasoningTag[] = [
  // Magistral
  ["[THINK]", "[/THINK]"],
  ["[THINKING]", "[/THINKING]"],
  ["[REASONING]", "[/REASONING]"],
  // Kimi
  ["◁think▷", "◁/think▷"],
  // Sky-T1, OpenThinker
  ["<|begin_of_thought|>", "<|end_of_thought|>"],
  // Command A Reasoning
  ["<|START_THINKING|>", "<|END_THINKING|>"],
  ["<|think|>", "<|/think|>"],
  ["<|thinking|>", "<|/thinking|>"],
  // s1
  ["<|im_start|>think", "<|im_start|>answer"],
  // MedGemma
  ["<unused94>thought", "<unused95>"],
];

/** What the product writes and reads itself comes first. */
export const reasoningTags: readonly ReasoningTag[] = [
  ...names.map((name): ReasoningTag => [`<${name}>`, `</${name}>`]),
  ...others,
];

export interface ReasoningToken {
  readonly start: number;
  /** Where the text behind the tag begins. */
  readonly end: number;
  readonly kind: "open" | "close";
  /** Which tags belong together. */
  readonly family: string;
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** What a tag is, by its text in small letters. */
type Kinds = ReadonlyMap<string, Pick<ReasoningToken, "kind" | "family">>;

const kindsOf = (tags: readonly ReasoningTag[]): Kinds =>
  new Map(
    tags.flatMap(([open, close]): [string, Pick<ReasoningToken, "kind" | "family">][] => [
      [open.toLowerCase(), { kind: "open", family: open }],
      [close.toLowerCase(), { kind: "close", family: open }],
    ]),
  );

const known = kindsOf(reasoningTags);
/** Attributes may stand in a tag. */
const attributes = "(?:\\s[^<>\\n]{0,80})?";
const pattern = new RegExp(
  `</?(?:${names.map(escaped).join("|")})${attributes}>|${others.flat().map(escaped).join("|")}`,
  "iy",
);
/** What a known tag begins with. */
const tagStart = /[<[◁]/g;

/**
 * Of harmony (gpt-oss), the channel with the answer ends all others. Where special tokens were dropped, the names of the channels are left, stuck to
 * their texts. Apriel thinks first and says where its answer begins.
 */
const channels: readonly (readonly [mark: string, kind: "open" | "close", pattern: RegExp])[] = [
  ["<|channel|>", "open", /<\|channel\|>\s{0,4}(?:analysis|commentary)\b/gi],
  ["<|channel|>", "close", /<\|channel\|>\s{0,4}final\b[^<]{0,40}(?:<\|constrain\|>[^<]{0,40})?<\|message\|>/gi],
  // s1
  ["<|im_start|>", "open", /<\|im_start\|>\s?think\b/gi],
  ["<|im_start|>", "close", /<\|im_start\|>\s?answer\b/gi],
  ["analysis", "open", /^analysis(?=[A-Z\\])/g],
  ["assistantfinal", "close", /assistantfinal(?=\S)/g],
  ["[BEGIN FINAL RESPONSE]", "close", /\[BEGIN FINAL RESPONSE\]/g],
];

function tokenOf(tag: string, start: number, kinds: Kinds): ReasoningToken {
  const small = tag.toLowerCase();
  const { kind, family } = kinds.get(small) ?? kinds.get(small.replace(/\s.*$/s, ">"))!;
  return { start, end: start + tag.length, kind, family };
}

/** The known tags. The long pattern is only tried where one may begin. */
function knownTokens(text: string): ReasoningToken[] {
  const found: ReasoningToken[] = [];
  tagStart.lastIndex = 0;
  while (tagStart.test(text)) {
    const start = tagStart.lastIndex - 1;
    pattern.lastIndex = start;
    const tag = pattern.exec(text)?.[0];
    if (tag === undefined) continue;
    found.push(tokenOf(tag, start, known));
    tagStart.lastIndex = start + tag.length;
  }
  return found;
}

/** All tags of a text in their order: linear in its length. `tags`: other ones than those that are known. */
export function reasoningTokens(text: string, tags: readonly ReasoningTag[] = reasoningTags): ReasoningToken[] {
  if (tags !== reasoningTags) {
    const kinds = kindsOf(tags.filter(([open, close]) => open !== "" && close !== ""));
    const longestFirst = [...kinds.keys()].sort((a, b) => b.length - a.length);
    if (kinds.size === 0) return [];
    const given = new RegExp(longestFirst.map(escaped).join("|"), "gi");
    return Array.from(text.matchAll(given), ({ 0: tag, index }) => tokenOf(tag, index, kinds));
  }
  const tokens = knownTokens(text);
  const before = tokens.length;
  // Words without brackets end no thinking that another tag opened.
  const isOpen = tokens.some(({ kind }) => kind === "open");
  for (const [mark, kind, channel] of channels)
    if (text.includes(mark) && !(isOpen && /^\w/.test(mark)))
      for (const { 0: tag, index: start } of text.matchAll(channel))
        tokens.push({ start, end: start + tag.length, kind, family: "channel" });
  return tokens.length > before ? tokens.sort((a, b) => a.start - b.start) : tokens;
}
