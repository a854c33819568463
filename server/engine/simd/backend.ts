/**
 * The `simd` backend: tfjs-backend-cpu, whose every operation works on plain arrays, with the hot operations replaced by kernels. A tensor
 * that a kernel makes lives in the kernels' memory and looks like any array to the other operations; a tensor from elsewhere is moved
 * there when a kernel first reads it.
 */
import type { DataType, TensorInfo, backend_util } from "@tensorflow/tfjs-core";
import { env, util } from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { KernelMemory } from "./memory";

type DataId = TensorInfo["dataId"];

export class SimdBackend extends MathBackendCPU {
  readonly #addresses = new WeakMap<DataId, number>();
  readonly #updates = new WeakMap<DataId, number>();

  constructor(readonly pool: KernelMemory) {
    super();
  }

  /** A tensor of the kernels' memory whose content is still to be written. */
  allocate(shape: number[], dtype: "float32" | "int32" = "float32"): { info: TensorInfo; address: number } {
    const length = util.sizeFromShape(shape);
    const address = this.pool.allocate(Math.max(4 * length, 4));
    const values = dtype === "float32" ? this.pool.floats(address, length) : this.pool.integers(address, length);
    const info = this.makeTensorInfo(shape, dtype, values);
    this.#addresses.set(info.dataId, address);
    return { info, address };
  }

  /** Like {@link allocate}, with zeros. */
  allocateZeros(shape: number[]): { info: TensorInfo; address: number } {
    const block = this.allocate(shape);
    this.pool.floats(block.address, util.sizeFromShape(shape)).fill(0);
    return block;
  }

  /** The numbers of a float32 tensor, as a view. */
  floats(tensor: TensorInfo): Float32Array {
    return this.pool.floats(this.address(tensor), util.sizeFromShape(tensor.shape));
  }

  /** Whether the tensor is one of this backend. */
  holds({ dataId }: TensorInfo): boolean {
    return this.data.has(dataId);
  }

  /** How often numbers were written into a tensor that had some. */
  updates({ dataId }: TensorInfo): number {
    return this.#updates.get(dataId) ?? 0;
  }

  /** To be called by an operation that writes into a tensor that it did not make. */
  updated(tensor: TensorInfo): void {
    this.#updates.set(tensor.dataId, this.updates(tensor) + 1);
  }

  /** Address of a float32 or int32 tensor in the kernels' memory, moving it there if it is not. */
  address(tensor: TensorInfo): number {
    const known = this.#addresses.get(tensor.dataId);
    if (known !== undefined) return known;
    const data = this.data.get(tensor.dataId);
    const values = data.values;
    if (!(values instanceof Float32Array || values instanceof Int32Array)) {
      throw new Error(`A kernel takes float32 or int32 tensors, not ${tensor.dtype}.`);
    }
    const address = this.pool.allocate(Math.max(values.byteLength, 4));
    const moved =
      values instanceof Float32Array
        ? this.pool.floats(address, values.length)
        : this.pool.integers(address, values.length);
    moved.set(values);
    data.values = moved;
    this.#addresses.set(tensor.dataId, address);
    return address;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const released = super.disposeData(dataId, force);
    if (released) {
      const address = this.#addresses.get(dataId);
      if (address !== undefined) {
        this.#addresses.delete(dataId);
        this.pool.free(address);
      }
    }
    return released;
  }

  /** A copy: what is read must outlive the tensor, whose memory is used again. */
  override readSync(dataId: DataId): backend_util.BackendValues {
    const values = super.readSync(dataId);
    return ArrayBuffer.isView(values) && this.pool.owns(values) ? values.slice() : values;
  }

  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): DataId {
    // The parent class advises Node users to take tfjs-node instead on the first write.
    const isNode = env().get("IS_NODE");
    env().set("IS_NODE", false);
    try {
      return super.write(values, shape, dtype);
    } finally {
      env().set("IS_NODE", isNode);
    }
  }
}
