/** What a package requires, out of its METADATA (PEP 508), and versions that satisfy it (PEP 440, releases only). */

export interface Requirement {
  readonly project: string;
  /** Whether a version satisfies it. Versions that are no plain releases do not. */
  readonly accepts: (version: string) => boolean;
}

/** Numbers of a release: `12.9.3.13`; null for anything else. */
function release(version: string): readonly number[] | null {
  return /^\d+(\.\d+)*$/.test(version) ? version.split(".").map(Number) : null;
}

/** Below zero, zero, or above zero, as `a` comes before `b`, with it, or after it. Both are releases. */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [release(a) ?? [], release(b) ?? []];
  for (let index = 0; index < Math.max(first.length, second.length); index++) {
    const difference = (first[index] ?? 0) - (second[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function satisfies(version: string, operator: string, bound: string): boolean {
  const order = compareVersions(version, bound);
  switch (operator) {
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case "<":
      return order < 0;
    case "~=":
      return order >= 0 && `${version}.`.startsWith(`${bound.split(".").slice(0, -1).join(".")}.`);
    case "==":
    case "!=": {
      const equal = bound.endsWith(".*") ? `${version}.`.startsWith(bound.slice(0, -1)) : order === 0;
      return equal === (operator === "==");
    }
    default:
      return version === bound;
  }
}

/** `name<13.0,>=12.5` or `name (>=12.5,<13.0)`; null when it is not understood. */
export function parseRequirement(text: string): Requirement | null {
  const [, project, specifiers] = /^\s*([\w.-]+)\s*\(?([^()]*)\)?\s*$/.exec(text) ?? [];
  if (project === undefined || specifiers === undefined) return null;
  const clauses = specifiers
    .split(",")
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "")
    .map((clause) => /^(===|==|!=|~=|>=|<=|<|>)\s*([\w.*]+)$/.exec(clause));
  if (clauses.some((clause) => clause === null)) return null;
  const accepts = (version: string): boolean =>
    release(version) !== null && clauses.every((clause) => satisfies(version, clause![1]!, clause![2]!));
  return { project, accepts };
}

/** Requirements of a package's extra: the lines `Requires-Dist: …; extra == "NAME"`. */
export function extraRequirements(metadata: string, extra: string): readonly Requirement[] {
  return metadata.split(/\r?\n/).flatMap((line) => {
    const [, text, marker] = /^Requires-Dist:\s*([^;]+);(.*)$/i.exec(line) ?? [];
    const [, named] = /extra\s*==\s*["']([^"']+)["']/.exec(marker ?? "") ?? [];
    return (named === extra && parseRequirement(text!)) || [];
  });
}
