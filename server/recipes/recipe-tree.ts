/** The tree of a recipe's text. Its parser calls itself for what is within, so that depth is known before; and every edit looks at all of it. */
import { createScanner, parseTree, type Node, type ParseError } from "jsonc-parser";
import { plainJson } from "../shared/bounded-json";

/** Texts, numbers, brackets, commas and colons: a recipe that says all that there is to say has some thousands. */
const mostTokens = 50_000;

export interface Beyond {
  readonly offset: number;
  /** For people. */
  readonly message: string;
}

/** Where a text is nested deeper, or goes on longer, than any recipe; null: nowhere. */
export function beyondRecipe(text: string): Beyond | null {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let tokens = 0; scanner.getPosition() < text.length; tokens++) {
    scanner.scan();
    const offset = scanner.getTokenOffset();
    if (tokens > mostTokens)
      return {
        offset,
        message: `A recipe may have at most ${mostTokens.toLocaleString("en")} tokens. The limit is here.`,
      };
    // Texts and comments begin with other characters.
    const first = text.charAt(offset);
    if (first === "}" || first === "]") depth--;
    else if ((first === "{" || first === "[") && ++depth > plainJson.depth) {
      const message = `A recipe may be nested at most ${plainJson.depth} levels deep. Close a bracket before this.`;
      return { offset, message };
    }
  }
  return null;
}

/** What stands before the place where a text is beyond a recipe: for what looks at one while it is written. */
export const shallowPart = (text: string): string => text.slice(0, beyondRecipe(text)?.offset ?? text.length);

/** Undefined for an empty text. `errors` are of syntax. */
export const recipeTree = (text: string, errors: ParseError[] = []): Node | undefined =>
  parseTree(shallowPart(text), errors, { allowTrailingComma: true });
