/**
 * Starts a supervisor (`dist/launcher.js`), passes on what it and the process that wants it say to each other until the run has begun, and ends: the
 * supervisor then is nobody's child.
 */
import "../shared/no-debugger";
import { spawn } from "node:child_process";

const supervisor = spawn(process.execPath, [process.argv[2] ?? ""], {
  detached: true,
  windowsHide: true,
  cwd: process.cwd(),
  env: process.env,
  stdio: ["ignore", "ignore", "ignore", "ipc"],
  serialization: "json",
});

let unsent = 0;
let done = false;
const end = (): void => {
  done = true;
  // What was said last is heard first.
  if (unsent === 0) process.exit();
};

process.on("message", (message) => {
  if (typeof message === "object" && message !== null) supervisor.send(message, () => undefined);
});
supervisor.on("message", (message) => {
  if (!process.connected) return;
  unsent++;
  process.send?.(message, undefined, undefined, () => {
    unsent--;
    if (done) end();
  });
});
// The supervisor talks no longer than until the run has begun, or is refused.
supervisor.on("disconnect", end);
supervisor.on("error", end);
process.on("disconnect", end);
