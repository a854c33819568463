// A plugin of Prettier for the pages of this repository: prose is wrapped, tables stay as they are written (padded columns would change every row with
// one cell, and commands write tables), and emphasis is written with stars.
import * as markdown from "prettier/plugins/markdown";

const { mdast } = markdown.printers;

export const { languages, parsers } = markdown;

export const printers = {
  mdast: {
    ...mdast,
    print(path, options, print) {
      const { node } = path;
      if (node.type === "table")
        return options.originalText.slice(node.position.start.offset, node.position.end.offset);
      if (node.type === "emphasis") return ["*", ...path.map(print, "children"), "*"];
      return mdast.print(path, options, print);
    },
  },
};
