/** Operations of TensorFlow by name, for what tfjs has no operation of or takes several for. */
import * as tf from "@tensorflow/tfjs-core";

/** An attribute of an operation as the native binding takes it. */
interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number;
}

/** What is used of the package's backend. */
export interface TensorflowBackend extends tf.KernelBackend {
  readonly binding: Readonly<Record<"TF_ATTR_BOOL" | "TF_ATTR_INT" | "TF_ATTR_TYPE" | "TF_FLOAT" | "TF_INT32", number>>;
  executeSingleOutput(operation: string, attributes: readonly Attribute[], inputs: readonly tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(
    operation: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

/** What the functions below work with. Tensors that they make belong to the surrounding tidy. */
export interface Graph {
  readonly backend: TensorflowBackend;
}

/** Booleans, types ("float32") and whole numbers, by name. */
type Attributes = Readonly<Record<string, boolean | "float32" | "int32" | number>>;

export function run(
  { backend }: Graph,
  operation: string,
  inputs: readonly tf.Tensor[],
  attributes: Attributes,
): tf.Tensor {
  return backend.executeSingleOutput(operation, encode(backend, attributes), inputs);
}

export function runMany(
  { backend }: Graph,
  operation: string,
  inputs: readonly tf.Tensor[],
  attributes: Attributes,
  outputs: number,
): tf.Tensor[] {
  return backend.executeMultipleOutputs(operation, encode(backend, attributes), inputs, outputs);
}

function encode({ binding }: TensorflowBackend, attributes: Attributes): Attribute[] {
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "boolean") return { name, type: binding.TF_ATTR_BOOL, value };
    if (typeof value === "number") return { name, type: binding.TF_ATTR_INT, value };
    return { name, type: binding.TF_ATTR_TYPE, value: value === "float32" ? binding.TF_FLOAT : binding.TF_INT32 };
  });
}

const float = { T: "float32" } as const;
const binary =
  (operation: string) =>
  (graph: Graph, a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    run(graph, operation, [a, b], float);
const unary =
  (operation: string) =>
  (graph: Graph, x: tf.Tensor): tf.Tensor =>
    run(graph, operation, [x], float);

export const add = binary("AddV2");
export const subtract = binary("Sub");
export const multiply = binary("Mul");
export const divide = binary("Div");
export const squareRoot = unary("Sqrt");
export const inverseSquareRoot = unary("Rsqrt");
export const square = unary("Square");
export const negate = unary("Neg");
export const sigmoid = unary("Sigmoid");
export const softmax = unary("Softmax");
export const logSoftmax = unary("LogSoftmax");

/** Shapes, axes and factors come again and again: making a tensor costs as much as a small operation. */
const constants = new Map<string, tf.Tensor>();
const mostConstants = 1000;

/** The tensor of a key, made once; nobody disposes it. */
export function constant(key: string, make: () => tf.Tensor): tf.Tensor {
  const known = constants.get(key);
  if (known) return known;
  for (const [oldest, tensor] of constants) {
    if (constants.size < mostConstants) break;
    constants.delete(oldest);
    tensor.dispose();
  }
  const made = tf.keep(make());
  constants.set(key, made);
  return made;
}

const whole = (values: readonly number[]): tf.Tensor =>
  constant(`[${values.join()}]`, () => tf.tensor1d([...values], "int32"));
const wholeNumber = (value: number): tf.Tensor => constant(`i${value}`, () => tf.scalar(value, "int32"));

/** A number that comes again in each step. */
export const scalar = (value: number): tf.Tensor => constant(`f${value}`, () => tf.scalar(value, "float32"));

export const reshape = (graph: Graph, x: tf.Tensor, shape: readonly number[]): tf.Tensor =>
  run(graph, "Reshape", [x, whole(shape)], { T: "float32", Tshape: "int32" });

export const transpose = (graph: Graph, x: tf.Tensor, order: readonly number[]): tf.Tensor =>
  run(graph, "Transpose", [x, whole(order)], { T: "float32", Tperm: "int32" });

const reduction =
  (operation: string) =>
  (graph: Graph, x: tf.Tensor, axes: readonly number[], keep: boolean): tf.Tensor =>
    run(graph, operation, [x, whole(axes)], { T: "float32", Tidx: "int32", keep_dims: keep });

export const sum = reduction("Sum");
export const mean = reduction("Mean");

/** a · b over the last two dimensions; leading dimensions broadcast. */
export const batchProduct = (
  graph: Graph,
  a: tf.Tensor,
  b: tf.Tensor,
  { adj_x = false, adj_y = false }: { readonly adj_x?: boolean; readonly adj_y?: boolean } = {},
): tf.Tensor => run(graph, "BatchMatMulV2", [a, b], { T: "float32", adj_x, adj_y });

/** a · b of matrices. */
export const product = (
  graph: Graph,
  a: tf.Tensor,
  b: tf.Tensor,
  { transpose_a = false, transpose_b = false }: { readonly transpose_a?: boolean; readonly transpose_b?: boolean } = {},
): tf.Tensor => run(graph, "MatMul", [a, b], { T: "float32", transpose_a, transpose_b });

/** Rows along the first dimension. */
export const gather = (graph: Graph, x: tf.Tensor, indices: tf.Tensor): tf.Tensor =>
  run(graph, "GatherV2", [x, indices, wholeNumber(0)], {
    Tparams: "float32",
    Tindices: "int32",
    Taxis: "int32",
    batch_dims: 0,
  });

/** Sums of rows by the index of their segment: `[count, …]`. */
export const segmentSum = (graph: Graph, x: tf.Tensor, segments: tf.Tensor, count: number): tf.Tensor =>
  run(graph, "UnsortedSegmentSum", [x, segments, wholeNumber(count)], {
    T: "float32",
    Tindices: "int32",
    Tnumsegments: "int32",
  });

export const concatenate = (graph: Graph, parts: readonly tf.Tensor[], axis: number): tf.Tensor =>
  run(graph, "ConcatV2", [...parts, wholeNumber(axis)], { N: parts.length, T: "float32", Tidx: "int32" });

/** A window of each dimension; a size of −1 is the rest. */
export const slice = (graph: Graph, x: tf.Tensor, begin: readonly number[], size: readonly number[]): tf.Tensor =>
  run(graph, "Slice", [x, whole(begin), whole(size)], { T: "float32", Index: "int32" });

/** Parts of these sizes along a dimension. */
export const split = (graph: Graph, x: tf.Tensor, sizes: readonly number[], axis: number): tf.Tensor[] =>
  runMany(
    graph,
    "SplitV",
    [x, whole(sizes), wholeNumber(axis)],
    { T: "float32", Tlen: "int32", num_split: sizes.length },
    sizes.length,
  );
