import { parseBoundedJson, type JsonBounds } from "./bounded-json";
import { messageOf } from "./user-error";

/** How large a message may be; it is known before anything is made of it. */
export interface MessageBounds extends JsonBounds {
  readonly bytes: number;
}

/** A step's programs, or what traces hold. A value of a program may be nested 110 deep, and takes two levels of JSON for each. */
export const largeMessages: MessageBounds = { bytes: 64_000_000, depth: 400, values: 5_000_000 };

const newline = 0x0a;

export const messageLine = (message: object): string => `${JSON.stringify(message)}\n`;

export interface LineHandlers {
  /** `bytes`: of its line. */
  readonly message: (data: unknown, bytes: number) => void;
  /** A line is no JSON, or more of it than is looked at: `why` says so in words that follow "a message". The next line is a message again. */
  readonly odd: (why: string) => void;
  /** A line is longer than any message, and is not kept: nothing is read from here on. */
  readonly endless: () => void;
}

/** Takes the bytes of lines of JSON as they come. It never throws for what stands in them. */
export function messageLines({ message, odd, endless }: LineHandlers, bounds: MessageBounds): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  let over = false;
  const parse = (line: string, bytes: number): void => {
    try {
      message(parseBoundedJson(line, bounds), bytes);
    } catch (error) {
      odd(messageOf(error));
    }
  };
  return (chunk) => {
    for (let rest = chunk; rest.length > 0 && !over;) {
      const end = rest.indexOf(newline);
      const part = end < 0 ? rest : rest.subarray(0, end);
      held += part.length;
      if (held > bounds.bytes) {
        over = true;
        parts = [];
        endless();
        return;
      }
      parts.push(part);
      if (end < 0) return;
      const line = Buffer.concat(parts).toString("utf8");
      const bytes = held;
      parts = [];
      held = 0;
      rest = rest.subarray(end + 1);
      parse(line, bytes);
    }
  };
}
