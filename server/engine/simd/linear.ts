import type * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations } from "../fused-operations";
import { matrixProduct } from "./matrix-product";
import type { MatrixOperand } from "./matrix-product";
import { withGradient } from "../with-gradient";
import { asMatrix, asTensor } from "./operations";
import type { SimdContext } from "./operations";

/** x · wᵀ (+ residual) with dx = dy · w and dw = dyᵀ · x; the residual's gradient is dy itself. */
export function linearOperation({ backend, jobs }: SimdContext): FusedOperations["linear"] {
  const operand = (tensor: tf.Tensor2D, transposed: boolean): MatrixOperand => ({
    address: backend.address(tensor),
    rows: tensor.shape[0],
    columns: tensor.shape[1],
    transposed,
  });
  return (x, weight, residual) =>
    withGradient<tf.Tensor2D>(
      residual ? [x, weight, residual] : [x, weight],
      (save) => {
        save([x, weight]);
        const y = backend.allocate([x.shape[0], weight.shape[0]]);
        if (residual) backend.pool.floats(y.address, residual.size).set(backend.floats(residual));
        matrixProduct(jobs, operand(x, false), operand(weight, true), y.address, residual !== undefined);
        return asMatrix(backend, y.info);
      },
      (dy, saved) => {
        const [input, matrix] = saved as [tf.Tensor2D, tf.Tensor2D];
        const dx = backend.allocate(input.shape);
        matrixProduct(jobs, operand(dy, false), operand(matrix, false), dx.address, false);
        const dWeight = backend.allocate(matrix.shape);
        matrixProduct(jobs, operand(dy, true), operand(input, false), dWeight.address, false);
        const gradients = [asTensor(backend, dx.info), asTensor(backend, dWeight.info)];
        return residual ? [...gradients, dy.clone()] : gradients;
      },
    );
}
