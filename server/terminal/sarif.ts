/** Findings of rules as SARIF 2.1.0 (OASIS Standard, 27 March 2020), which GitHub and other services show at the lines of a change. */
import { relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { ruleIds, ruleOf } from "../rewards/lint/rules";
import type { CheckedFile, CheckFinding } from "../scoring/check-rewards";

const levels = { error: "error", warning: "warning", information: "note" } as const;

const ruleList = [
  ...ruleIds.map((id) => ({ id, description: ruleOf(id).description, level: levels[ruleOf(id).severity] })),
  { id: "does-not-load", description: "The file cannot be read as a reward file.", level: levels.error },
];

/** `folder`: absolute; files below it are named from there. */
export function sarifText(checked: readonly CheckedFile[], folder: string, version: string): string {
  const result = (file: string, finding: CheckFinding) => ({
    ruleId: finding.rule,
    ruleIndex: ruleList.findIndex(({ id }) => id === finding.rule),
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifactOf(file, folder),
          region: {
            startLine: finding.line,
            startColumn: finding.column,
            endLine: finding.endLine,
            endColumn: Math.max(finding.endColumn, finding.endLine === finding.line ? finding.column + 1 : 1),
          },
        },
      },
    ],
    ...(finding.sample === null ? {} : { properties: { sample: finding.sample } }),
  });
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "reasoning-lab",
            semanticVersion: version,
            rules: ruleList.map(({ id, description, level }) => ({
              id,
              shortDescription: { text: description },
              defaultConfiguration: { level },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { FOLDER: { uri: `${pathToFileURL(folder).href.replace(/\/$/, "")}/` } },
        results: checked.flatMap(({ file, findings }) => findings.map((finding) => result(file, finding))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function artifactOf(file: string, folder: string): { readonly uri: string; readonly uriBaseId?: string } {
  const path = relative(folder, file);
  if (path.startsWith("..") || path === "") return { uri: pathToFileURL(file).href };
  return { uri: path.split(sep).map(encodeURIComponent).join("/"), uriBaseId: "FOLDER" };
}
