/** Sets the thinking of a completion apart from its answer. One pass over the text, so a hostile completion costs no more than its length. */

import { reasoningTokens, type ReasoningToken } from "./reasoning-tags";

export type PartKind = "thinking" | "answer" | "text";

/** A stretch of the completion. `open` and `close` are the tags around it as they stand in the text; empty where there is none. */
export interface CompletionPart {
  readonly kind: PartKind;
  readonly open: string;
  readonly text: string;
  readonly close: string;
}

/** A part with the place where its text begins in the completion, in UTF-16 units. */
export interface PlacedPart extends CompletionPart {
  readonly start: number;
}

interface Tag extends Pick<ReasoningToken, "start" | "end" | "kind" | "family"> {
  readonly part: "thinking" | "answer";
}

function tagsOf(completion: string): Tag[] {
  const thinking = reasoningTokens(completion).map((token): Tag => ({ ...token, part: "thinking" }));
  const answers = Array.from(completion.matchAll(/<(\/?)answer>/g), ({ 0: tag, 1: slash, index }): Tag => {
    const kind = slash === "" ? "open" : "close";
    return { start: index, end: index + tag.length, kind, family: "answer", part: "answer" };
  });
  return [...thinking, ...answers].sort((a, b) => a.start - b.start);
}

/**
 * The parts in order; joined with their tags they are the completion again, so nothing a model wrote is hidden. A block that never closes
 * runs to the end. Text before a lone end of thinking is thinking: there the prompt has opened the block.
 */
export function completionParts(completion: string): CompletionPart[] {
  const parts: CompletionPart[] = [];
  const add = (kind: PartKind, open: string, text: string, close: string): void => {
    if (open + text + close !== "") parts.push({ kind, open, text, close });
  };
  const tags = tagsOf(completion);
  let position = 0;
  let next = 0;
  const lone = tags.findIndex(({ part }) => part === "thinking");
  if (tags[lone]?.kind === "close") {
    const { start, end } = tags[lone];
    add("thinking", "", completion.slice(0, start), completion.slice(start, end));
    [position, next] = [end, lone + 1];
  }
  while (next < tags.length) {
    const open = tags[next++]!;
    if (open.kind === "close") continue;
    add("text", "", completion.slice(position, open.start), "");
    while (next < tags.length && !(tags[next]!.kind === "close" && tags[next]!.family === open.family)) next++;
    const close = tags[next++];
    const end = close?.start ?? completion.length;
    position = close?.end ?? completion.length;
    add(
      open.part,
      completion.slice(open.start, open.end),
      completion.slice(open.end, end),
      completion.slice(end, position),
    );
  }
  add("text", "", completion.slice(position), "");
  return parts;
}

/** The same, with their places. */
export function placedParts(completion: string): PlacedPart[] {
  let position = 0;
  return completionParts(completion).map((part) => {
    const start = position + part.open.length;
    position = start + part.text.length + part.close.length;
    return { ...part, start };
  });
}
