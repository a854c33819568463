/** A call of a kernel by the names of its parameters, as a job takes it: by their places. */
import type { Job } from "./jobs";
import { kernelParameters } from "./kernels";
import type { Kernels } from "./kernels";

const first = Symbol("first");
const last = Symbol("last");

/** Memory that a call works in. */
interface Memory {
  readonly kind: "scratch" | "sums";
  readonly size: number;
}

/** What a job fills in for each part of its range. */
export const part = {
  /** First row of the part. */
  first,
  /** One past the last row of the part. */
  last,
  /** The address of so many bytes of scratch memory, of each thread its own. */
  scratch: (bytes: number): Memory => ({ kind: "scratch", size: bytes }),
  /** The address of sums of so many float32, 0 at first: what each part adds up for itself. */
  sums: (length: number): Memory => ({ kind: "sums", size: length }),
} as const;

type Argument = number | typeof first | typeof last | Memory;
type Arguments<Name extends keyof Kernels> = Readonly<Record<(typeof kernelParameters)[Name][number], Argument>>;

/** The part of a {@link Job} that says what is called. Throws unless the range stands at two neighbouring parameters. */
export function kernelCall<Name extends keyof Kernels>(
  kernel: Name,
  args: Arguments<Name>,
): Pick<Job, "kernel" | "args" | "range" | "scratch" | "sums"> {
  const values = kernelParameters[kernel].map((name: keyof Arguments<Name>) => args[name]);
  const range = values.indexOf(first);
  if (range < 0 || values.indexOf(last) !== range + 1) throw new Error(`A job of ${kernel} has no range.`);
  const place = (kind: Memory["kind"]): { argument: number; size: number } | null => {
    const argument = values.findIndex((value) => typeof value === "object" && value.kind === kind);
    return argument < 0 ? null : { argument, size: (values[argument] as Memory).size };
  };
  const [own, shared] = [place("scratch"), place("sums")];
  return {
    kernel,
    args: values.map((value) => (typeof value === "number" ? value : 0)),
    range,
    ...(own && { scratch: { argument: own.argument, bytes: own.size } }),
    ...(shared && { sums: { argument: shared.argument, length: shared.size } }),
  };
}
