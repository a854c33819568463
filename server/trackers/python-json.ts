/** JSON as Python writes it: with `NaN` and `Infinity`, which JSON does not have. */
import { parseBoundedJson, type JsonBounds } from "../shared/bounded-json";

const words = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/g;

/** Numbers that are not finite become null. Throws a SyntaxError for what is no JSON, and for more than is looked at. */
export const parsePythonJson = (text: string, bounds: JsonBounds): unknown =>
  parseBoundedJson(
    /NaN|Infinity/.test(text) ? text.replaceAll(words, (word) => (word.startsWith('"') ? word : "null")) : text,
    bounds,
  );
