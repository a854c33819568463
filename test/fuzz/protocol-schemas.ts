/** The schemas by themselves, and the lines that messages come in. */
import { isDeepStrictEqual } from "node:util";
import type * as z from "zod";
import { largeMessages, messageLines } from "../../server/shared/message-lines";
import { readMessage } from "../../server/shared/read-message";
import { boundaries } from "./boundaries";
import { fromSchema } from "./from-schema";
import { jsonText, mutated, mutatedText } from "./mutate";
import type { Random } from "./random";

export type BoundaryName = keyof typeof boundaries;
const names = Object.keys(boundaries) as BoundaryName[];

export const schemaOf = (name: BoundaryName): z.ZodType => boundaries[name];

/** Whether anything was written where all objects find it. */
export const polluted = (): boolean => "polluted" in {} || "a" in Object.prototype;

/** A message, whole and changed: neither throws, and what is accepted is what is said to be accepted. */
export function schemaFaults(random: Random): { readonly faults: string[]; readonly input: unknown } {
  const name = random.pick(names);
  const schema = schemaOf(name);
  const value = fromSchema(schema, random);
  const faults: string[] = [];
  if (readMessage(schema, value) === null) faults.push(`${name}: what is made by its schema is not accepted.`);
  const other = mutated(value, random, { beyondJson: true });
  try {
    const read = readMessage(schema, other);
    if (read !== null && !isDeepStrictEqual(readMessage(schema, read), read))
      faults.push(`${name}: what was accepted is another message when it is read again.`);
  } catch (error) {
    faults.push(`${name}: a message throws: ${String(error)}`);
  }
  if (polluted()) faults.push(`${name}: a message has changed what all objects have.`);
  return { faults, input: { name, value, other } };
}

/** Lines that are torn, joined and damaged, in pieces of any size. */
export function lineFaults(random: Random): { readonly faults: string[]; readonly input: unknown } {
  const said = Array.from({ length: 5 }, () => fromSchema(schemaOf("fromRewardProcess"), random));
  const lines = said.map((one) => {
    const line = `${jsonText(one)}\n`;
    return random.chance(0.5) ? line : mutatedText(line, random);
  });
  const bytes = Buffer.from(lines.join(""), random.pick(["utf8", "latin1"]));
  const faults: string[] = [];
  try {
    const take = messageLines(
      {
        message: () => undefined,
        odd: () => undefined,
        endless: () => faults.push("A short line has no end."),
      },
      largeMessages,
    );
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + random.below(random.pick([3, 5000]));
      take(bytes.subarray(at, end));
      at = end;
    }
  } catch (error) {
    faults.push(`A line throws: ${String(error)}`);
  }
  return { faults, input: lines };
}
