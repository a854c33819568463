/**
 * Whether an error is a fault of ours, whose stack helps who mends it; what people can do something about is an `Error` with a sentence. Engines of
 * others report by the runtime's own kinds and by assertions.
 */
export function isInternal(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  if (
    [
      "TypeError",
      "RangeError",
      "ReferenceError",
      "SyntaxError",
      "EvalError",
      "AssertionError",
      "ZodError",
      "$ZodError",
    ].includes(error.name)
  )
    return true;
  return /\n\s*at (?:\S+\.)?assert\w*[ (]/.test((error.stack ?? "").slice(0, 2000).split("\n").slice(0, 3).join("\n"));
}
