/** Blocks of code between fences of three or more backticks or tildes, wherever Markdown has them: in lists and quotations, too. */

export interface FencedBlock {
  /** What stands behind the opening fence. */
  readonly info: string;
  /** Where the code begins and ends in the text. */
  readonly start: number;
  readonly end: number;
  /** Its lines, without what the list or quotation around it puts before them. */
  readonly lines: readonly string[];
  readonly closed: boolean;
}

/** Markers of lists and quotations before a fence. */
const opening = /^((?:[ \t]*(?:[-*+]|\d{1,9}[.)])(?=[ \t])|[ \t]*>)*[ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
const closing = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/;

/** Blocks in their order; the last may lack its closing fence. Linear in the length of the text. */
export function fencedBlocks(text: string): FencedBlock[] {
  if (!text.includes("```") && !text.includes("~~~")) return [];
  const blocks: FencedBlock[] = [];
  let open: { fence: string; info: string; quoted: boolean; start: number; lines: string[] } | null = null;
  for (let at = 0; at <= text.length;) {
    const found = text.indexOf("\n", at);
    const next = found < 0 ? text.length + 1 : found + 1;
    const line = text.slice(at, next - 1).replace(/\r$/, "");
    if (open === null) {
      const [, prefix, fence, info] = opening.exec(line.replace(/^\uFEFF/, "")) ?? [];
      if (fence !== undefined) {
        const start = Math.min(next, text.length);
        open = { fence, info: info!.trim(), quoted: prefix!.includes(">"), start, lines: [] };
      }
    } else if (closing.exec(line)?.[1]?.startsWith(open.fence)) {
      blocks.push({ info: open.info, start: open.start, end: at, lines: open.lines, closed: true });
      open = null;
    } else open.lines.push(open.quoted ? line.replace(/^[ \t]*> ?/, "") : line);
    at = next;
  }
  if (open) blocks.push({ info: open.info, start: open.start, end: text.length, lines: open.lines, closed: false });
  return blocks;
}

/** Whether a place is within the code of one of `blocks`. */
export function isWithin(blocks: readonly FencedBlock[], place: number): boolean {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (blocks[middle]!.end <= place) low = middle + 1;
    else high = middle;
  }
  return low < blocks.length && blocks[low]!.start <= place;
}
