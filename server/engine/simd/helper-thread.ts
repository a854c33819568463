/** A thread that helps with kernels. A process of its own would not see the memory; a worker thread does. */
import { workerData } from "node:worker_threads";
import { instantiateKernels } from "./instance";
import type { HelperData } from "./threads";
import { helpForever } from "./shared-job";

const { module, memory, job, thread } = workerData as HelperData;
helpForever(job, instantiateKernels(module, memory).all, thread);
