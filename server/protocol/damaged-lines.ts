/** Lines of a file of lines that nobody could read: counted, and told where what they held is missed. */
import * as z from "zod";
import { t } from "../shared/l10n";

export const damagedLinesSchema = z.object({
  count: z.int().nonnegative(),
  /** Number of the first one, from 1; 0 without any. */
  first: z.int().nonnegative(),
});
export type DamagedLines = z.infer<typeof damagedLinesSchema>;

export const noneDamaged: DamagedLines = { count: 0, first: 0 };

/** Those of a part that follows `lines` lines, with those before it. */
export const addDamaged = (before: DamagedLines, part: DamagedLines, lines: number): DamagedLines => ({
  count: before.count + part.count,
  first: before.first !== 0 || part.first === 0 ? before.first : lines + part.first,
});

/** A sentence for people, null where all lines were read. `file`: its path or name. */
export function damagedText(file: string, { count, first }: DamagedLines): string | null {
  if (count === 0) return null;
  return count === 1
    ? t("{0}:{1} is damaged: what it held is missing here.", file, first)
    : t("{0} has {1} damaged lines, the first at {0}:{2}: what they held is missing here.", file, count, first);
}
