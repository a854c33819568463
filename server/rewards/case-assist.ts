/** What an editor says in a line of a file of cases: hovers and completions, without knowing any editor. */
import { findNodeAtLocation, getLocation, parseTree } from "jsonc-parser";
import { completeAt, hoverAt, type Completion, type Hover } from "../recipes/assist";
import { properties } from "../recipes/json-schema";
import { rangeAt } from "../recipes/positions";
import { shallowPart } from "../recipes/recipe-tree";
import { caseJsonSchema, expectationForms } from "./case-schema";

const about = (key: string): string => properties(caseJsonSchema())[key]?.description ?? "";

/** What the key or value at an offset of a line means; null: nothing. */
export function hoverInCase(line: string, offset: number): Hover | null {
  const { path } = getLocation(shallowPart(line), offset);
  const key = path[0];
  // What a row holds is the data set's.
  if (typeof key !== "string" || (path.length > 1 && key !== "expect")) return null;
  if (key !== "expect") return hoverAt(line, offset, caseJsonSchema());
  const tree = parseTree(shallowPart(line));
  const property = tree && findNodeAtLocation(tree, ["expect"])?.parent;
  if (!property) return null;
  const forms = expectationForms.map(({ json, about: meaning }) => `- \`${json}\`: ${meaning}`).join("\n");
  const range = rangeAt(line, property.offset, property.length);
  return { ...range, markdown: `**expect**\n\n${about("expect")}\n\n${forms}` };
}

/** Keys and values that fit at an offset of a line. `rewards`: exports of the reward file. */
export function completeInCase(line: string, offset: number, rewards: readonly string[]): Completion[] {
  const known = (path: readonly (string | number)[]): readonly string[] =>
    path.length === 1 && path[0] === "reward" ? rewards : [];
  // A line that has nothing yet is a case to be begun.
  if (line.trim() === "") {
    const [reward = ""] = rewards;
    const insert = JSON.stringify({ reward, prompt: "", completion: "", answer: "", expect: 1 });
    const range = { offset, length: 0, line: 1, column: offset + 1 };
    return [{ kind: "value", label: "case", insert, detail: "a reward case", documentation: "", range }];
  }
  const { path, isAtPropertyKey } = getLocation(shallowPart(line), offset);
  const items = completeAt(line, offset, known, caseJsonSchema());
  if (isAtPropertyKey || path.length !== 1 || path[0] !== "expect") return items;
  const [first] = completeAt(line, offset, () => ["x"], caseJsonSchema());
  const range = first?.range ?? { offset, length: 0, line: 1, column: offset + 1 };
  return expectationForms.map(({ json, about: meaning }) => ({
    kind: "value",
    label: json,
    insert: json,
    detail: meaning,
    documentation: about("expect"),
    range,
  }));
}
