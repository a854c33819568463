/** The thread that writes a checkpoint while its trainer goes on: it writes one, says how that went, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import { systemCode } from "../files/write-problem";
import { messageOf } from "../shared/user-error";
import { writeCheckpoint, type ThreadReply, type ThreadWork } from "./write-checkpoint";

let reply: ThreadReply = { error: null };
try {
  writeCheckpoint(workerData as ThreadWork);
} catch (error) {
  reply = { error: { message: messageOf(error), code: systemCode(error) } };
}
parentPort?.postMessage(reply);
