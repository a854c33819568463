/** What the documentation says of names: made of the tables themselves. */
import { markdownTable } from "../shared/markdown-table";
import { trlNames, verlNames } from "./metric-names";

export const nameTable = (): string =>
  markdownTable([["verl", "here"], ...verlNames.map(({ theirs, ours }) => [`\`${theirs}\``, `\`${ours}\``])]);

export const trlNameList = (): string => trlNames.map((name) => `\`${name}\``).join(", ");
