/** An event of TensorBoard (tensorflow/core/util/event.proto and framework/summary.proto), of which numbers are read. */
import { doubleOf, fieldsOf, floatOf, textOf } from "./protobuf";

export interface EventScalar {
  readonly tag: string;
  readonly value: number;
}

export interface EventMessage {
  /** Seconds since the epoch. */
  readonly wallTime: number;
  readonly step: number;
  readonly scalars: readonly EventScalar[];
  /** Values that are none, by what they are. */
  readonly others: readonly { readonly tag: string; readonly kind: string }[];
}

/** DataType of tensorflow/core/framework/types.proto. */
const dataTypes = { float: 1, double: 2, string: 7 } as const;

/** Throws a WireError where the bytes are no message. */
export function readEvent(bytes: Uint8Array): EventMessage {
  let wallTime = 0;
  let step = 0;
  const scalars: EventScalar[] = [];
  const others: { tag: string; kind: string }[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && field.wire === 1) wallTime = doubleOf(field.value);
    else if (field.number === 2 && field.wire === 0) step = Number(BigInt.asIntN(64, field.value));
    else if (field.number === 5 && field.wire === 2)
      for (const value of fieldsOf(field.value))
        if (value.number === 1 && value.wire === 2) {
          const { tag, number, kind } = readValue(value.value);
          if (number === null) others.push({ tag, kind });
          else scalars.push({ tag, value: number });
        }
  }
  return { wallTime, step, scalars, others };
}

/** Fields of `Summary.Value` that hold something else than a number. */
const kinds: Readonly<Record<number, string>> = { 4: "image", 5: "histogram", 6: "audio" };

function readValue(bytes: Uint8Array): { readonly tag: string; readonly number: number | null; readonly kind: string } {
  let tag = "";
  let number: number | null = null;
  let kind = "other";
  let plugin = "";
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && field.wire === 2) tag = textOf(field.value);
    else if (field.number === 2 && field.wire === 5) number = floatOf(field.value);
    else if (field.number === 8 && field.wire === 2) number ??= readTensor(field.value);
    else if (field.number === 9 && field.wire === 2) plugin = pluginOf(field.value);
    else kind = kinds[field.number] ?? kind;
  }
  return { tag, number, kind: plugin === "" ? kind : plugin };
}

/** The one number of a tensor without dimensions; null for every other tensor. */
function readTensor(bytes: Uint8Array): number | null {
  let type = 0;
  let found: number | null = null;
  let dimensions = 0;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && field.wire === 0) type = Number(field.value);
    else if (field.number === 2 && field.wire === 2)
      for (const shape of fieldsOf(field.value)) dimensions += shape.number === 2 ? 1 : 0;
    else if (field.wire === 2 && field.number === 4)
      found = field.value.length === 4 ? floatOf(field.value) : field.value.length === 8 ? doubleOf(field.value) : null;
    // Repeated numbers stand packed in one field, or each in its own.
    else if (field.number === 5 && (field.wire === 5 || field.wire === 2))
      found = field.value.length === 4 ? floatOf(field.value) : null;
    else if (field.number === 6 && (field.wire === 1 || field.wire === 2))
      found = field.value.length === 8 ? doubleOf(field.value) : null;
  }
  return dimensions === 0 && (type === dataTypes.float || type === dataTypes.double) ? found : null;
}

/** `SummaryMetadata.plugin_data.plugin_name`: `scalars`, `histograms`, `text`. */
function pluginOf(bytes: Uint8Array): string {
  for (const field of fieldsOf(bytes))
    if (field.number === 1 && field.wire === 2)
      for (const inner of fieldsOf(field.value)) if (inner.number === 1 && inner.wire === 2) return textOf(inner.value);
  return "";
}
