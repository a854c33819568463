/**
 * Memory of the kernels: one shared WebAssembly memory, handed out in blocks whose space is used again, so that a training loop
 * grows to its peak in the first steps and no further.
 */
import { UserError } from "../../shared/user-error";

const pageBytes = 65_536;
/** wasm32 addresses 4 GiB. */
const mostPages = 65_536;
/** Bytes that there can be. */
export const addressable = mostPages * pageBytes;
const alignment = 64;

export interface KernelMemory {
  readonly memory: WebAssembly.Memory;
  /** Address of a block of at least `bytes` bytes, 64-byte aligned. Its content is what was left there. */
  allocate(bytes: number): number;
  /** Gives back a block from {@link allocate}. */
  free(address: number): void;
  /** float32 view of `length` numbers at an address. */
  floats(address: number, length: number): Float32Array;
  /** int32 view of `length` numbers at an address. */
  integers(address: number, length: number): Int32Array;
  /** float64 view of `length` numbers at an address. */
  doubles(address: number, length: number): Float64Array;
  /** Whether the array is a view of this memory. */
  owns(values: ArrayBufferView): boolean;
  /** Bytes taken from the system so far. */
  reserved(): number;
}

/** A free stretch of memory. */
interface Gap {
  address: number;
  bytes: number;
}

/** `firstFree`: the first address that the kernels' own static data leaves free. */
export function createKernelMemory(memory: WebAssembly.Memory, firstFree: number): KernelMemory {
  let top = Math.ceil(firstFree / alignment) * alignment;
  /** By address; neighbours are merged, so that batches of changing sizes do not leave memory in pieces. */
  const gaps: Gap[] = [];
  const sizes = new Map<number, number>();
  // A view keeps the length that the shared buffer had when it was made; growing makes a new, longer buffer over the same bytes.
  let buffer = memory.buffer;
  const buffers = new WeakSet<ArrayBufferLike>([buffer]);

  const grow = (pages: number): boolean => {
    try {
      memory.grow(pages);
    } catch {
      return false;
    }
    buffer = memory.buffer;
    buffers.add(buffer);
    return true;
  };

  const reserve = (bytes: number): number => {
    const address = top;
    const end = address + bytes;
    const missing = Math.ceil(end / pageBytes) - buffer.byteLength / pageBytes;
    if (missing > 0) {
      // An eighth more than needed, so that growing stays rare.
      const pages = buffer.byteLength / pageBytes;
      const spare = Math.min(Math.max(missing, Math.ceil(pages / 8)), mostPages - pages);
      if (!(spare >= missing && grow(spare)) && !grow(missing)) {
        throw new UserError(
          `The embedded engine is out of memory at ${Math.round(end / 1e6)} MB; it can address 4 GB where the machine has them. Lower ` +
            "`micro_batch_size` or `max_completion_length` (or `max_length`), train a LoRA adapter (`lora` of the model), or take a smaller model; the TensorFlow " +
            "engine has all of the machine's memory.",
        );
      }
    }
    top = end;
    return address;
  };

  return {
    memory,
    allocate(bytes) {
      const size = Math.max(1, Math.ceil(bytes / alignment)) * alignment;
      const address = takeGap(gaps, size) ?? reserve(size);
      sizes.set(address, size);
      return address;
    },
    free(address) {
      const size = sizes.get(address);
      if (size === undefined) throw new UserError(`No block of kernel memory starts at ${address}.`);
      sizes.delete(address);
      addGap(gaps, { address, bytes: size });
    },
    floats: (address, length) => new Float32Array(buffer, address, length),
    integers: (address, length) => new Int32Array(buffer, address, length),
    doubles: (address, length) => new Float64Array(buffer, address, length),
    owns: (values) => buffers.has(values.buffer),
    reserved: () => top,
  };
}

/** Takes `size` bytes from the smallest gap that holds them; undefined when none does. */
function takeGap(gaps: Gap[], size: number): number | undefined {
  let best = -1;
  for (let index = 0; index < gaps.length; index++) {
    const { bytes } = gaps[index]!;
    if (bytes >= size && (best < 0 || bytes < gaps[best]!.bytes)) best = index;
  }
  if (best < 0) return undefined;
  const gap = gaps[best]!;
  const { address } = gap;
  if (gap.bytes === size) gaps.splice(best, 1);
  else {
    gap.address += size;
    gap.bytes -= size;
  }
  return address;
}

/** Puts a gap in its place and merges it with its neighbours. */
function addGap(gaps: Gap[], gap: Gap): void {
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (gaps[middle]!.address < gap.address) low = middle + 1;
    else high = middle;
  }
  const before = gaps[low - 1];
  const after = gaps[low];
  const joinsAfter = after !== undefined && gap.address + gap.bytes === after.address;
  if (before && before.address + before.bytes === gap.address) {
    before.bytes += gap.bytes;
    if (joinsAfter) {
      before.bytes += after.bytes;
      gaps.splice(low, 1);
    }
  } else if (joinsAfter) {
    after.address = gap.address;
    after.bytes += gap.bytes;
  } else gaps.splice(low, 0, gap);
}
