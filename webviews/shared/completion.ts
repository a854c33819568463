/** Sets the thinking of a completion apart from its answer. One pass over the text, so a hostile completion costs no more than its length. */

export type PartKind = "thinking" | "answer" | "text";

/** A stretch of the completion. `open` and `close` are the tags around it as they stand in the text; empty where there is none. */
export interface CompletionPart {
  readonly kind: PartKind;
  readonly open: string;
  readonly text: string;
  readonly close: string;
}

const tags = { thinking: ["<think>", "</think>"], answer: ["<answer>", "</answer>"] } as const;

/**
 * The parts in order; joined with their tags they are the completion again, so nothing a model wrote is hidden. A block that never closes
 * runs to the end. Text before a lone `</think>` is thinking: there the prompt has opened the block.
 */
export function completionParts(completion: string): CompletionPart[] {
  const parts: CompletionPart[] = [];
  const add = (kind: PartKind, open: string, text: string, close: string): void => {
    if (open + text + close !== "") parts.push({ kind, open, text, close });
  };

  let position = 0;
  const close = completion.indexOf(tags.thinking[1]);
  const firstOpen = completion.indexOf(tags.thinking[0]);
  if (close >= 0 && (firstOpen < 0 || firstOpen > close)) {
    add("thinking", "", completion.slice(0, close), tags.thinking[1]);
    position = close + tags.thinking[1].length;
  }

  while (position < completion.length) {
    const block = nextBlock(completion, position);
    if (block === null) {
      add("text", "", completion.slice(position), "");
      break;
    }
    add("text", "", completion.slice(position, block.start), "");
    const [opening, closing] = tags[block.kind];
    const from = block.start + opening.length;
    const end = completion.indexOf(closing, from);
    add(block.kind, opening, completion.slice(from, end < 0 ? undefined : end), end < 0 ? "" : closing);
    position = end < 0 ? completion.length : end + closing.length;
  }
  return parts;
}

function nextBlock(text: string, from: number): { kind: "thinking" | "answer"; start: number } | null {
  // Each search starts at a `<` and fails at once elsewhere, so no stretch is scanned twice for a tag that is not there.
  for (let start = text.indexOf("<", from); start >= 0; start = text.indexOf("<", start + 1)) {
    if (text.startsWith(tags.thinking[0], start)) return { kind: "thinking", start };
    if (text.startsWith(tags.answer[0], start)) return { kind: "answer", start };
  }
  return null;
}
