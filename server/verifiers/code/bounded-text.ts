/** Output of a program that may print without end: what came first is kept, the rest only counted. */
export interface BoundedText {
  add(bytes: Uint8Array): void;
  /** Counts bytes that never came. */
  skip(count: number): void;
  /** What was kept, and after it a line that says how much is missing, if anything is. */
  text(): string;
  /** Bytes that came and were not kept. */
  readonly missing: number;
  clear(): void;
}

const firstSize = 4096;

/** Keeps the first `limit` bytes, in one buffer that grows up to that; `tee` is told them as they come. */
export function boundedText(limit: number, tee: (bytes: Uint8Array) => void = () => undefined): BoundedText {
  let buffer = new Uint8Array();
  let kept = 0;
  let missing = 0;
  return {
    add(bytes) {
      const room = Math.min(bytes.length, limit - kept);
      if (kept + room > buffer.length) {
        const larger = new Uint8Array(Math.min(limit, Math.max(firstSize, 2 * buffer.length, kept + room)));
        larger.set(buffer.subarray(0, kept));
        buffer = larger;
      }
      if (room > 0) {
        buffer.set(bytes.subarray(0, room), kept);
        tee(buffer.subarray(kept, kept + room));
      }
      kept += room;
      missing += bytes.length - room;
    },
    skip(count) {
      missing += count;
    },
    text() {
      const all = Buffer.from(buffer.subarray(0, kept)).toString("utf8");
      return missing === 0 ? all : `${all}\n… ${missing} bytes more`;
    },
    get missing() {
      return missing;
    },
    clear() {
      buffer = new Uint8Array();
      kept = 0;
      missing = 0;
    },
  };
}
