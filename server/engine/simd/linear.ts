import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations } from "../fused-operations";
import { kernelCall, part } from "./kernel-call";
import { matrixProduct } from "./matrix-product";
import type { MatrixOperand } from "./matrix-product";
import { isLearnt, sumOf, type GradientSum } from "../gradient-sums";
import { withGradient } from "../with-gradient";
import { asMatrix, asTensor } from "./context";
import type { SimdContext } from "./context";

/**
 * x · wᵀ (+ residual) (+ bias): the product is added to rows that hold the rest. dx = dy · w, dw = dyᵀ · x, the residual's gradient is dy itself and
 * the bias's the sum of its rows.
 */
export function linearOperation({ backend, kernels, jobs }: SimdContext): FusedOperations["linear"] {
  const operand = (tensor: tf.Tensor2D, transposed: boolean): MatrixOperand => ({
    address: backend.address(tensor),
    rows: tensor.shape[0],
    columns: tensor.shape[1],
    transposed,
  });
  const addBias = (residual: tf.Tensor2D | null, bias: tf.Tensor1D, y: number, rows: number): void => {
    const width = bias.shape[0];
    jobs.run({
      ...kernelCall("addBias", {
        x: residual ? backend.address(residual) : 0,
        bias: backend.address(bias),
        y,
        first: part.first,
        last: part.last,
        width,
      }),
      count: rows,
      multiple: 1,
      work: rows * width,
    });
  };
  /** Of a vector; the sum's own where it has begun. */
  const sumOfRows = (dy: tf.Tensor2D, begun: tf.Tensor | null): tf.Tensor => {
    const [rows, width] = dy.shape;
    const sums = begun ? { info: begun, address: backend.address(begun) } : backend.allocateZeros([width]);
    jobs.run(
      {
        ...kernelCall("sumRows", {
          x: backend.address(dy),
          sums: part.sums(width),
          first: part.first,
          last: part.last,
          width,
        }),
        count: rows,
        multiple: 1,
        work: dy.size,
      },
      (ofPart) => kernels.add(sums.address, ofPart, sums.address, 0, width),
    );
    return begun ?? asTensor(backend, sums.info);
  };
  /** dyᵀ · x, added to a sum that has begun. */
  const ofWeight = (dy: tf.Tensor2D, x: tf.Tensor2D, begun: tf.Tensor | null): tf.Tensor => {
    const shape = [dy.shape[1], x.shape[1]];
    const sum = begun ? { info: begun, address: backend.address(begun) } : backend.allocate(shape);
    matrixProduct(jobs, operand(dy, true), operand(x, false), sum.address, begun !== null);
    return begun ?? asTensor(backend, sum.info);
  };
  return (x, weight, residual = null, bias = null) => {
    const [weightSum, biasSum] = [sumOf(weight), bias && sumOf(bias)];
    const learnt = weightSum !== null || isLearnt(weight);
    /** Whose gradients are returned, and not added to a sum. */
    const returns = { weight: learnt && !weightSum, bias: bias !== null && !biasSum && isLearnt(bias) };
    return withGradient<tf.Tensor2D>(
      [x, ...(returns.weight ? [weight] : []), ...(residual ? [residual] : []), ...(returns.bias ? [bias!] : [])],
      (save) => {
        save(learnt ? [weight, x] : [weight]);
        const y = backend.allocate([x.shape[0], weight.shape[0]]);
        if (bias) addBias(residual, bias, y.address, x.shape[0]);
        else if (residual) backend.pool.floats(y.address, residual.size).set(backend.floats(residual));
        const accumulate = (bias ?? residual) !== null;
        matrixProduct(jobs, operand(x, false), operand(weight, true), y.address, accumulate);
        return asMatrix(backend, y.info);
      },
      (dy, saved) => {
        const [matrix, input] = saved as [tf.Tensor2D, tf.Tensor2D?];
        const dx = backend.allocate(x.shape);
        matrixProduct(jobs, operand(dy, false), operand(matrix, false), dx.address, false);
        const gradients = [asTensor(backend, dx.info)];
        const into = (sum: GradientSum | null, gradient: (begun: tf.Tensor | null) => tf.Tensor): void => {
          if (sum) sum.tensor = tf.keep(gradient(sum.tensor));
          else gradients.push(gradient(null));
        };
        if (input) into(weightSum, (begun) => ofWeight(dy, input, begun));
        if (residual) gradients.push(dy.clone());
        if (biasSum || returns.bias) into(biasSum, (begun) => sumOfRows(dy, begun));
        return gradients;
      },
    );
  };
}
