/** Writes event files of TensorBoard. Numbers are of single precision there: TensorBoard shows no others (its fast loader passes over tensors of doubles). */
import { closeSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolders } from "../files/make-folders";
import { maskedCrc } from "./crc32c";
import { wireField } from "./protobuf";

export interface EventWriter {
  /** `time`: milliseconds since the epoch. */
  write(step: number, time: number, values: Readonly<Record<string, number>>): void;
  close(): void;
}

function record(data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length));
  head.writeUInt32LE(maskedCrc(head.subarray(0, 8)), 8);
  const behind = Buffer.alloc(4);
  behind.writeUInt32LE(maskedCrc(data));
  return Buffer.concat([head, data, behind]);
}

/** `Summary.Value` with a `simple_value`: the one form of a number that every reader of event files takes. */
const scalar = (tag: string, value: number): Buffer =>
  wireField.bytes(1, Buffer.concat([wireField.text(1, tag), wireField.float(2, value)]));

/** Begins a file in a folder, which is a run of TensorBoard's. */
export function openEvents(folder: string, time: number): EventWriter {
  makeFolders(folder);
  const seconds = String(Math.floor(time / 1000)).padStart(10, "0");
  const descriptor = openSync(join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}`), "ax");
  const append = (data: Buffer): void => void writeSync(descriptor, record(data));
  append(Buffer.concat([wireField.double(1, time / 1000), wireField.text(3, "brain.Event:2")]));
  return {
    write(step, at, values) {
      const summary = Buffer.concat(Object.entries(values).map(([tag, value]) => scalar(tag, value)));
      append(
        Buffer.concat([wireField.double(1, at / 1000), wireField.varint(2, BigInt(step)), wireField.bytes(5, summary)]),
      );
    },
    close: () => closeSync(descriptor),
  };
}
