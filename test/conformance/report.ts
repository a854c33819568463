import type { FileResult, Mismatch } from "./case-file";

const most = 400;

/** A value in one line, NaN and infinities by name; long ones are cut. */
function valueText(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) =>
    typeof part === "number" && !Number.isFinite(part) ? String(part) : part,
  );
  return text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
}

export const mismatchText = ({ field, expected, actual }: Mismatch): string =>
  `${field}: expected ${valueText(expected)}, actual ${valueText(actual)}`;

interface Reasoned {
  readonly id: string;
  readonly reason: string;
}
const byReason = (cases: readonly Reasoned[]): [string, Reasoned[]][] => [
  ...Map.groupBy(cases, ({ reason }) => reason),
];

/** `14/14 (41 not yet supported: loss_type=sapo ×4, …; 2 different on purpose)`. */
export function casesText({ passed, failed, unsupported, different = [] }: FileResult): string {
  const list = byReason(unsupported).map(([reason, cases]) => `${reason} ×${cases.length}`);
  const notes = [
    ...(unsupported.length > 0 ? [`${unsupported.length} not yet supported: ${list.join(", ")}`] : []),
    ...(different.length > 0 ? [`${different.length} different on purpose`] : []),
  ];
  return `${passed}/${passed + failed.length}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
}

const names = (cases: readonly Reasoned[]): string => cases.map(({ id }) => id).join(", ");

/** The cases that were left out, and those that differ on purpose, by name. */
export const unsupportedText = ({ unsupported, different = [] }: FileResult): string[] => [
  ...byReason(unsupported).map(([reason, cases]) => `not yet supported, ${reason}: ${names(cases)}`),
  ...byReason(different).map(([reason, cases]) => `different on purpose, as ${reason}: ${names(cases)}`),
];

/** The last line of the output, which `npm test` reads. */
export const summaryLine = (counts: {
  readonly passed: number;
  readonly failed: number;
  readonly unsupported: number;
  readonly different: number;
}): string =>
  `conformance: ${counts.passed} passed, ${counts.failed} failed, ${counts.unsupported} not yet supported, ${counts.different} different on purpose`;
