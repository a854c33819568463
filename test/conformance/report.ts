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

/** `14/14 (41 not yet supported: loss_type=sapo ×4, …)`. */
export function casesText({ passed, failed, unsupported }: FileResult): string {
  const done = `${passed}/${passed + failed.length}`;
  if (unsupported.length === 0) return done;
  const reasons = Map.groupBy(unsupported, ({ reason }) => reason);
  const list = [...reasons].map(([reason, cases]) => `${reason} ×${cases.length}`).join(", ");
  return `${done} (${unsupported.length} not yet supported: ${list})`;
}

/** The cases that were left out, by name. */
export function unsupportedText({ unsupported }: FileResult): string[] {
  const reasons = Map.groupBy(unsupported, ({ reason }) => reason);
  return [...reasons].map(([reason, cases]) => `not yet supported, ${reason}: ${cases.map(({ id }) => id).join(", ")}`);
}

/** The last line of the output, which `npm test` reads. */
export const summaryLine = (counts: {
  readonly passed: number;
  readonly failed: number;
  readonly unsupported: number;
}): string => `conformance: ${counts.passed} passed, ${counts.failed} failed, ${counts.unsupported} not yet supported`;
