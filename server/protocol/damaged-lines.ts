/** Lines of a file of lines that nobody could read: counted, and told where what they held is missed. */
import * as z from "zod";

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
  const what =
    count === 1 ? `${file}:${first} is damaged` : `${file} has ${count} damaged lines, the first at ${file}:${first}`;
  return `${what}: what ${count === 1 ? "it" : "they"} held is missing here.`;
}
