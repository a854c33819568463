import * as tf from "@tensorflow/tfjs-core";
import { placeTensors } from "./fused-operations";

/** A variable that has its memory in the engine from now on. Takes the array over. */
export function placedVariable(values: Float32Array, shape: readonly number[], trainable: boolean): tf.Variable {
  const variable = tf.tidy(() => tf.variable(tf.tensor(values, [...shape]), trainable));
  placeTensors([variable]);
  return variable;
}
