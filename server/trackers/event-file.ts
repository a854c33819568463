/** Event files of TensorBoard: records with checksums (tensorflow/core/lib/io/record_writer.cc), each a message. */
import { closeSync, fstatSync } from "node:fs";
import { basename, dirname } from "node:path";
import { openFile, readRange } from "../files/workspace-file";
import { amount } from "../shared/amount";
import { messageOf } from "../shared/user-error";
import { maskedCrc } from "./crc32c";
import { readEvent } from "./event-message";
import { gatherMetrics, type Gathered, type TrackerMetrics } from "./gather";
import { WireError } from "./protobuf";

/** Bytes of length and checksum before a record, and of the checksum behind it. */
const [before, behind] = [12, 4];

/** Larger records hold pictures or graphs, and no numbers. */
const largestRecord = 1 << 24;

const block = 1 << 20;

/** Whether a file begins as event files do: with a length whose checksum is right. */
export function isEventFile(path: string): boolean {
  const descriptor = openFile(path);
  try {
    const head = readRange(descriptor, 0, before);
    return head.length === before && maskedCrc(head.subarray(0, 8)) === head.readUInt32LE(8);
  } finally {
    closeSync(descriptor);
  }
}

/** Records of a file; ends at one that is damaged or not whole yet, and says so. Skips those that are too large. */
function* records(path: string, said: (text: string) => void): Generator<Buffer> {
  const descriptor = openFile(path);
  try {
    const { size } = fstatSync(descriptor);
    let held: Buffer = Buffer.alloc(0);
    let start = 0;
    /** Bytes of the file from `at` on; fewer at its end. */
    const bytes = (at: number, count: number): Buffer => {
      if (at < start || at + count > start + held.length) {
        start = at;
        held = readRange(descriptor, at, Math.min(size, at + Math.max(count, block)));
      }
      return held.subarray(at - start, Math.min(held.length, at - start + count));
    };
    const stop = (at: number, what: string): void =>
      said(`${basename(path)}: at byte ${amount(at)} ${what}; what follows was not read.`);
    for (let at = 0, number = 1; at < size; number++) {
      const head = bytes(at, before);
      if (head.length < before) {
        stop(at, "a record is not whole yet");
        return;
      }
      if (maskedCrc(head.subarray(0, 8)) !== head.readUInt32LE(8)) {
        stop(at, "a record is damaged");
        return;
      }
      const length = head.readBigUInt64LE(0);
      if (BigInt(at + before + behind) + length > BigInt(size)) {
        stop(at, "a record is not whole yet");
        return;
      }
      const count = Number(length);
      const end = at + before + count + behind;
      if (count > largestRecord)
        said(
          `${basename(path)}: record ${amount(number)} is larger than ${amount(largestRecord)} bytes and was not read.`,
        );
      else {
        const whole = bytes(at + before, count + behind);
        const data = whole.subarray(0, count);
        if (maskedCrc(data) !== whole.readUInt32LE(count)) {
          stop(at, "a record is damaged");
          return;
        }
        yield data;
      }
      at = end;
    }
  } finally {
    closeSync(descriptor);
  }
}

export function readEvents(path: string, run: string, gathered: Gathered): void {
  for (const record of records(path, (text) => gathered.note(text)))
    try {
      const { wallTime, step, scalars, others } = readEvent(record);
      for (const { tag, value } of scalars) gathered.add(run, step, wallTime * 1000, tag, value);
      for (const { tag, kind } of others) gathered.leftOut(kind, tag);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      gathered.note(`${basename(path)}: a record is no event (${messageOf(error)}) and was not read.`);
      return;
    }
}

/** Throws where the file cannot be read at all. */
export function readEventFile(path: string): TrackerMetrics {
  const gathered = gatherMetrics();
  readEvents(path, basename(dirname(path)), gathered);
  return gathered.done("TensorBoard");
}
