/** Makes values that a zod schema accepts. */
import * as z from "zod";
import { hostileTexts } from "./mutate";
import type { Random } from "./random";

/** Values of programs, which no part of a schema describes. */
function programValue(random: Random, depth: number): unknown {
  const inner = () => programValue(random, depth - 1);
  const leaves: readonly (() => unknown)[] = [
    () => random.pick([null, true, "text", "\ud800"]),
    () => ({ int: `${random.pick(["", "-"])}0x${random.below(2 ** 31).toString(16)}` }),
    () => ({ float: random.pick(["1.5", "nan", "-inf", "1e+300"]) }),
    () => ({ bytes: "00ff" }),
    () => ({ decimal: "1.50" }),
    () => ({ object: "Stack", number: random.below(9) }),
  ];
  const holders: readonly (() => unknown)[] = [
    () => ({ list: [inner(), inner()] }),
    () => ({ tuple: [inner()] }),
    () => ({ dict: [["key", inner()]] }),
  ];
  return random.pick(depth > 0 ? [...leaves, ...holders] : leaves)();
}

function text(schema: z.ZodType<string>, random: Random): string {
  const accepted = [
    ...hostileTexts,
    "reasoning-rl",
    "AAAA",
    "a/b.lab.json",
    "x",
    "0".repeat(64),
    "2026-11-30T12:00:00.000Z",
    "curves.svg",
  ].filter((one) => schema.safeParse(one).success);
  return accepted.length === 0 ? "x" : random.pick(accepted);
}

function number(schema: z.ZodNumber, random: Random): number {
  const { minValue, maxValue } = schema;
  const accepted = [0, 1, 2, 7, 0.5, -1, 1e9, 2 ** 53 - 1, minValue ?? 0, maxValue ?? 0].filter(
    (one) => schema.safeParse(one).success,
  );
  return accepted.length === 0 ? 1 : random.pick(accepted);
}

/** `depth`: arrays within each other, and values of programs. */
export function fromSchema(schema: z.core.$ZodType, random: Random, depth = 4): unknown {
  const within = (inner: z.core.$ZodType): unknown => fromSchema(inner, random, depth - 1);
  const some = <T>(make: () => T): T[] => Array.from({ length: depth > 0 ? random.below(4) : 0 }, make);
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return text(schema, random);
  if (schema instanceof z.ZodNumber) return number(schema, random);
  if (schema instanceof z.ZodBoolean) return random.chance(0.5);
  if (schema instanceof z.ZodNull) return null;
  if (schema instanceof z.ZodLiteral) return random.pick([...schema.values]);
  if (schema instanceof z.ZodEnum) return random.pick(schema.options);
  if (schema instanceof z.ZodArray) {
    const made = some(() => within(schema.element));
    return made.length > 0 || schema.safeParse(made).success ? made : [within(schema.element)];
  }
  if (schema instanceof z.ZodTuple) return schema.def.items.map(within);
  if (schema instanceof z.ZodUnion) return within(random.pick<z.core.$ZodType>(schema.options));
  if (schema instanceof z.ZodNullable) return random.chance(0.3) ? null : within(schema.unwrap());
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodCatch)
    return random.chance(0.3) ? undefined : within(schema.def.innerType);
  if (schema instanceof z.ZodReadonly) return within(schema.unwrap());
  if (schema instanceof z.ZodPipe) return within(schema.def.in);
  if (schema instanceof z.ZodUnknown) return random.pick([null, 1, "x", [], { a: [1] }]);
  if (schema instanceof z.ZodCustom) return programValue(random, depth);
  if (schema instanceof z.ZodRecord) {
    const { keyType, valueType }: z.core.$ZodRecordDef = schema.def;
    const names = keyType instanceof z.ZodEnum ? keyType.options : some(() => String(within(keyType)));
    return Object.fromEntries(names.filter((name) => name !== "__proto__").map((name) => [name, within(valueType)]));
  }
  if (schema instanceof z.ZodObject) {
    const { shape }: z.core.$ZodObjectDef = schema.def;
    return Object.fromEntries(
      Object.entries(shape)
        .map(([name, field]): [string, unknown] => [name, within(field)])
        .filter(([, value]) => value !== undefined),
    );
  }
  throw new Error(`Values of a schema ${schema._zod.def.type} are not made here.`);
}
