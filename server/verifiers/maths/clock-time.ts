/** Times of day, `3:30 p.m.`: words, not a ratio, and no product of letters. */

/** A time of day in one spelling, `3:30 pm`; null for anything else. */
export function clockTime(text: string): string | null {
  // Only the end of a short text is looked at.
  if (text.length > 60 || !/m\W*$/i.test(text)) return null;
  const bare = text.replaceAll(/\\(?:text|mathrm|textrm|mbox)\s*|[\s${}.~]|\\[ ,;:!]/g, "");
  const found = /^0?(\d{1,2})(?::(\d\d))?(?::(\d\d))?([ap])m$/i.exec(bare);
  if (found === null) return null;
  const [, hours, minutes, seconds, half] = found;
  const clock = [hours, minutes ?? "00", ...(seconds === undefined || seconds === "00" ? [] : [seconds])].join(":");
  return Number(hours) > 12 || Number(minutes ?? 0) > 59 ? null : `${clock} ${half!.toLowerCase()}m`;
}
