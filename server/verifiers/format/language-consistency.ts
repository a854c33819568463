import { splitReasoning } from "./split-reasoning";

/** Cuts out what stands between `open` and `close`, both included. Linear: an opening without an end ends the search. */
function withoutBetween(text: string, open: string, close: string): string {
  const kept: string[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf(open, from);
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
    if (end < 0) break;
    kept.push(text.slice(from, start), " ");
    from = end + close.length;
  }
  return kept.join("") + text.slice(from);
}

/** Code and formulas are in no language. */
function proseOf(text: string): string {
  const pairs = [
    ["```", "```"],
    ["`", "`"],
    ["$$", "$$"],
    ["$", "$"],
    ["\\(", "\\)"],
    ["\\[", "\\]"],
  ] as const;
  const prose = pairs.reduce((rest, [open, close]) => withoutBetween(rest, open, close), text);
  return prose.replaceAll(/\\[A-Za-z]+/g, " ");
}

/** Scripts that are written without spaces between words. */
const unspaced = "\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}ー";
const runs = new RegExp(`[${unspaced}]+|(?:(?![${unspaced}])[\\p{L}\\p{M}'’])+`, "gu");
const isUnspaced = new RegExp(`^[${unspaced}]`, "u");
const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** Words of a text; a single Latin letter is a variable more often than a word and does not count. */
function wordsOfProse(text: string): string[] {
  return (text.match(runs) ?? []).flatMap((run) => {
    if (isUnspaced.test(run)) return Array.from(segmenter.segment(run), ({ segment }) => segment);
    const word = run.replaceAll(/['’]/g, "");
    return word === "" || /^\p{sc=Latn}$/u.test(word) ? [] : [word];
  });
}

/** Scripts that a language is written in, where its code for scripts (ISO 15924) is not itself one of Unicode's. */
const combined: Readonly<Record<string, string>> = {
  Hans: "\\p{sc=Han}",
  Hant: "\\p{sc=Han}",
  Jpan: "\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}ー",
  Kore: "\\p{sc=Hang}\\p{sc=Han}",
};

function scriptOf(language: string): (word: string) => boolean {
  let script: string | undefined;
  let pattern: RegExp;
  try {
    script = new Intl.Locale(language).maximize().script;
    if (script === undefined) throw new RangeError("no script");
    pattern = new RegExp(`^[${combined[script] ?? `\\p{sc=${script}}`}\\p{M}]+$`, "u");
  } catch {
    throw new RangeError(
      `languageConsistency knows no language "${language}": give a code such as "en", "zh" or "ru".`,
    );
  }
  return (word) => pattern.test(word);
}

/**
 * Words of the target language in the thinking / words in the thinking (DeepSeek-R1, section 2.3.2): 1 where all are, null where the thinking
 * has no words, 0 where there is no thinking. Code, formulas and single letters are left out.
 * `language` is a code such as `"en"` or `"zh"`: a word belongs to it when it is written in its script. That tells English from Chinese or
 * Russian, not from French: for languages of one script, give a function that knows the words.
 */
export function languageConsistency(completion: string, language: string | ((word: string) => boolean)): number | null {
  const belongs = typeof language === "string" ? scriptOf(language) : language;
  const { thinking } = splitReasoning(completion);
  if (thinking === null) return 0;
  const words = wordsOfProse(proseOf(thinking));
  return words.length === 0 ? null : words.filter((word) => belongs(word)).length / words.length;
}
