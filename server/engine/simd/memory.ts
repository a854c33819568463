/**
 * Memory of the kernels: one shared WebAssembly memory, handed out in blocks of size classes that are used again, so that a training
 * loop with the same shapes grows to its peak in the first steps and no further.
 */

const pageBytes = 65_536;
/** wasm32 addresses 4 GiB. */
const mostPages = 65_536;
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
  /** Whether the array is a view of this memory. */
  owns(values: ArrayBufferView): boolean;
  /** Bytes taken from the system so far. */
  reserved(): number;
}

/** Sizes grow by an eighth of a power of two: at most 12.5 % of a block is unused. */
function sizeClass(bytes: number): number {
  if (bytes <= 512) return Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3);
  return Math.ceil(bytes / step) * step;
}

/** `firstFree`: the first address that the kernels' own static data leaves free. */
export function createKernelMemory(memory: WebAssembly.Memory, firstFree: number): KernelMemory {
  let top = Math.ceil(firstFree / alignment) * alignment;
  const freeBlocks = new Map<number, number[]>();
  const classOf = new Map<number, number>();
  // A view keeps the length that the shared buffer had when it was made; growing makes a new, longer buffer over the same bytes.
  let buffer = memory.buffer;
  const buffers = new WeakSet<ArrayBufferLike>([buffer]);

  const reserve = (bytes: number): number => {
    const address = top;
    const end = address + bytes;
    const missing = Math.ceil(end / pageBytes) - buffer.byteLength / pageBytes;
    if (missing > 0) {
      const pages = buffer.byteLength / pageBytes;
      const wanted = Math.min(Math.max(missing, Math.ceil(pages / 8)), Math.max(missing, mostPages - pages));
      if (pages + missing > mostPages) {
        throw new Error(
          "The embedded engine is out of memory: it can address 4 GB. Make the model (`hidden_size`, `num_hidden_layers`), the batch " +
            "(`batch_size`, `prompts_per_step`, `num_generations`) or `max_completion_length` smaller, or use the TensorFlow engine.",
        );
      }
      memory.grow(wanted);
      buffer = memory.buffer;
      buffers.add(buffer);
    }
    top = end;
    return address;
  };

  return {
    memory,
    allocate(bytes) {
      const size = sizeClass(bytes);
      const address = freeBlocks.get(size)?.pop() ?? reserve(size);
      classOf.set(address, size);
      return address;
    },
    free(address) {
      const size = classOf.get(address);
      if (size === undefined) throw new Error(`No block of kernel memory starts at ${address}.`);
      classOf.delete(address);
      const blocks = freeBlocks.get(size);
      if (blocks) blocks.push(address);
      else freeBlocks.set(size, [address]);
    },
    floats: (address, length) => new Float32Array(buffer, address, length),
    integers: (address, length) => new Int32Array(buffer, address, length),
    owns: (values) => buffers.has(values.buffer),
    reserved: () => top,
  };
}
