/**
 * Texts on which a regular expression may take its steps back: what a part repeats, again and again, with an end that does not fit. They are candidates, no
 * verdict: which of them takes long is measured.
 */
import { RegExpParser, type AST } from "@eslint-community/regexpp";

/** `prefix`, `pump` as often as fits, `suffix`. */
export interface AttackText {
  readonly prefix: string;
  readonly pump: string;
  readonly suffix: string;
}

const parser = new RegExpParser({ ecmaVersion: 2025 });

/** Texts for one expression. */
const mostTexts = 48;

/** Characters that a class is asked for, likeliest first. */
const usual = ["a", "0", " ", "x", "\n", "<", ">", "A", ".", "-", "=", '"', "/", "(", "_", ",", "é", "\t", "1", "z"];
const usualEnds = ["\u0001", ""];

/** Whether a part of an expression that takes one character takes this one. Nothing repeats in it, so this is quick. */
function takes(raw: string, flags: string, character: string): boolean {
  try {
    return new RegExp(`^(?:${raw})$`, flags.replaceAll(/[gyd]/g, "")).test(character);
  } catch {
    return false;
  }
}

function charactersOf(raw: string, flags: string, most: number): string[] {
  return usual.filter((character) => takes(raw, flags, character)).slice(0, most);
}

/** Some texts that a part takes, the shortest first; none where that is not known. */
function examples(node: AST.Element | AST.Alternative, flags: string, most: number): string[] {
  switch (node.type) {
    case "Alternative":
      return node.elements.reduce<string[]>(
        (before, element) => {
          const next = examples(element, flags, most);
          return before.flatMap((text) => next.map((more) => text + more)).slice(0, most);
        },
        [""],
      );
    case "Character":
      return [String.fromCodePoint(node.value)];
    case "CharacterSet":
    case "CharacterClass":
    case "ExpressionCharacterClass":
      return charactersOf(node.raw, flags, most);
    case "Group":
    case "CapturingGroup":
      return node.alternatives.flatMap((alternative) => examples(alternative, flags, 2)).slice(0, most);
    case "Quantifier": {
      const one = examples(node.element, flags, most);
      const times = Math.min(node.min, 64);
      return times === 0 ? ["", ...one].slice(0, most) : one.map((text) => text.repeat(times));
    }
    case "Assertion":
    case "Backreference":
      return [""];
  }
}

const shortest = (node: AST.Element | AST.Alternative, flags: string): string => examples(node, flags, 2)[0] ?? "";

interface Repeat {
  readonly quantifier: AST.Quantifier;
  /** What stands before and behind it in its alternative. */
  readonly before: string;
  readonly behind: string;
}

function repeatsIn(alternatives: readonly AST.Alternative[], flags: string, before: string): Repeat[] {
  return alternatives.flatMap(({ elements }) => {
    let prefix = before;
    return elements.flatMap((element, index): Repeat[] => {
      const found: Repeat[] = [];
      const behind = elements
        .slice(index + 1, index + 8)
        .map((other) => shortest(other, flags))
        .join("");
      const inner = element.type === "Quantifier" ? element.element : element;
      if (element.type === "Quantifier" && element.max > 8) found.push({ quantifier: element, before: prefix, behind });
      if (inner.type === "Group" || inner.type === "CapturingGroup")
        found.push(...repeatsIn(inner.alternatives, flags, prefix));
      if (inner.type === "Assertion" && (inner.kind === "lookahead" || inner.kind === "lookbehind"))
        found.push(...repeatsIn(inner.alternatives, flags, prefix));
      prefix += shortest(element, flags);
      return found;
    });
  });
}

/** Null: the expression cannot be read, or repeats nothing without end. */
export function attackTexts(source: string, flags: string): readonly AttackText[] | null {
  let pattern: AST.Pattern;
  try {
    pattern = parser.parsePattern(source, 0, source.length, {
      unicode: flags.includes("u"),
      unicodeSets: flags.includes("v"),
    });
  } catch {
    return null;
  }
  const repeats = repeatsIn(pattern.alternatives, flags, "");
  const whole = repeats.map(({ before, quantifier, behind }) => before + shortest(quantifier, flags) + behind);
  const found = new Map<string, AttackText>();
  const add = (prefix: string, pump: string, suffix: string): void => {
    if (pump !== "" && pump.length <= 200) found.set(JSON.stringify([prefix, pump, suffix]), { prefix, pump, suffix });
  };
  for (const { quantifier, before, behind } of repeats)
    for (const pump of new Set([...examples(quantifier.element, flags, 4), before, behind, before + behind]))
      for (const suffix of usualEnds) {
        add(before, pump, suffix);
        add("", pump, suffix);
      }
  for (const pump of new Set(whole)) add("", pump, "\u0001");
  return found.size === 0 ? null : [...found.values()].slice(0, mostTexts);
}

/** An attack as a text of at most so many characters. */
export const attackOf = ({ prefix, pump, suffix }: AttackText, characters: number): string =>
  prefix + pump.repeat(Math.max(1, Math.floor((characters - prefix.length - suffix.length) / pump.length))) + suffix;
