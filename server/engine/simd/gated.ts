import type { FusedOperations } from "../fused-operations";
import { withGradient } from "../with-gradient";
import { asMatrix, asTensor, type SimdContext } from "./context";
import { kernelCall, part } from "./kernel-call";
import type * as tf from "@tensorflow/tfjs-core";

/** The gate of a feed-forward layer times its other half, by the kernel of a name. */
export function gatedOperation({ backend, jobs }: SimdContext, name: "swiglu" | "geglu"): FusedOperations["swiglu"] {
  const at = (tensor: tf.TensorInfo): number => backend.address(tensor);
  return (gate, up) =>
    withGradient<tf.Tensor2D>(
      [gate, up],
      (save) => {
        save([gate, up]);
        const y = backend.allocate(gate.shape);
        jobs.run({
          ...kernelCall(name, { gate: at(gate), up: at(up), y: y.address, first: part.first, last: part.last }),
          count: gate.size,
          multiple: 4,
          work: 8 * gate.size,
        });
        return asMatrix(backend, y.info);
      },
      (dy, [g, u]) => {
        const dGate = backend.allocate(gate.shape);
        const dUp = backend.allocate(gate.shape);
        jobs.run({
          ...kernelCall(`${name}Gradient`, {
            gate: at(g!),
            up: at(u!),
            dy: at(dy),
            dGate: dGate.address,
            dUp: dUp.address,
            first: part.first,
            last: part.last,
          }),
          count: gate.size,
          multiple: 4,
          work: 12 * gate.size,
        });
        return [asTensor(backend, dGate.info), asTensor(backend, dUp.info)];
      },
    );
}
