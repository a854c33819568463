/**
 * The parts of @tensorflow/tfjs-node-gpu that are used: its kernels and its backend, without the package's own entry point, which would look for
 * a binding that its install script had downloaded. The bundler maps the package's `@tensorflow/tfjs` to the one tfjs-core of the product.
 */
import "@tensorflow/tfjs-node-gpu/dist/register_all_kernels";

export { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend";
