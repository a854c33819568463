/** Output of a program that may print without end: what came first is kept, the rest only counted. */
export interface BoundedText {
  add(bytes: Uint8Array): void;
  /** What was kept, and after it a line that says how much is missing, if anything is. */
  text(): string;
  /** Whether anything is missing. */
  readonly cut: boolean;
  clear(): void;
}

/** Keeps the first `limit` bytes; `tee` is told them as they come. */
export function boundedText(limit: number, tee: (bytes: Uint8Array) => void = () => undefined): BoundedText {
  let parts: Uint8Array[] = [];
  let kept = 0;
  let missing = 0;
  return {
    add(bytes) {
      const room = Math.min(bytes.length, limit - kept);
      if (room > 0) {
        const first = bytes.slice(0, room);
        parts.push(first);
        tee(first);
      }
      kept += room;
      missing += bytes.length - room;
    },
    text() {
      const all = Buffer.concat(parts).toString("utf8");
      return missing === 0 ? all : `${all}\n… ${missing} bytes more`;
    },
    get cut() {
      return missing > 0;
    },
    clear() {
      parts = [];
      kept = 0;
      missing = 0;
    },
  };
}
