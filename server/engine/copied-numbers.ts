import * as tf from "@tensorflow/tfjs-core";

interface Held {
  get(dataId: tf.DataId): { readonly values?: unknown } | undefined;
}

/**
 * The numbers of a float32 tensor in an array of their own, which the caller may hand to another thread. Backends give a copy but where they hold numbers as
 * such an array themselves; a second one of all of a model's would take as long as the first.
 */
export function copiedNumbers(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync<"float32">();
  // Where tfjs' own backends and TensorFlow's keep them.
  const { data, tensorMap } = tf.backend() as { readonly data?: Held; readonly tensorMap?: Held };
  const held = data?.get(tensor.dataId)?.values ?? tensorMap?.get(tensor.dataId)?.values;
  const isWhole = values.byteLength === values.buffer.byteLength && values.buffer instanceof ArrayBuffer;
  return held === values || !isWhole ? new Float32Array(values) : values;
}
