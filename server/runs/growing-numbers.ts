/** Numbers that are appended to, without a copy for each. */
export interface GrowingNumbers {
  readonly length: () => number;
  readonly at: (index: number) => number;
  readonly push: (value: number) => void;
  readonly set: (index: number, value: number) => void;
  /** `[length]`; of the numbers as they are now, without a copy: it holds until the next push. */
  readonly view: () => Float64Array;
}

export function growingNumbers(start: Float64Array = new Float64Array(0)): GrowingNumbers {
  let values = start;
  let length = start.length;
  return {
    length: () => length,
    at: (index) => values[index]!,
    push(value) {
      if (length === values.length) {
        const larger = new Float64Array(Math.max(256, Math.ceil(1.5 * length)));
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    set: (index, value) => void (values[index] = value),
    view: () => values.subarray(0, length),
  };
}
