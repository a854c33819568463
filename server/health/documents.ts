/** What the documentation says of the rules: made of the rules themselves. */
import { markdownTable } from "../shared/markdown-table";
import { rules } from "./rules";
import { thresholdTable } from "./thresholds";

/** With the usual thresholds in their places. */
const whenText = (when: string): string =>
  when.replaceAll(/`\{(\w+)\}`/g, (_, name: string) => {
    const row = Object.entries(thresholdTable).find(([known]) => known === name);
    return `${row?.[1].usual ?? ""} (\`${name}\`)`;
  });

export function ruleTable(): string {
  return markdownTable([
    ["note", "kind", "when", "what people do", "settings"],
    ...rules.map(({ title, kind, when, remedy, source, settings }) => [
      title,
      kind,
      whenText(when),
      `${remedy} [${source.title}](${source.url})`,
      settings.map((name) => `\`${name}\``).join(", "),
    ]),
  ]);
}

export function thresholdDocumentation(): string {
  return markdownTable([
    ["setting `reasoningLab.health.…`", "default", "range", "what it is"],
    ...Object.entries(thresholdTable).map(([name, { usual, least, most, about }]) => [
      `\`${name}\``,
      String(usual),
      `${least}–${most}`,
      about,
    ]),
  ]);
}
