// Runs a script under the Node that the project brings (a development dependency), whatever Node the machine has:
//   node test/harness/with-node.mjs SCRIPT [ARGUMENT…]
import { spawnSync } from "node:child_process";
import { projectNode } from "./node.mjs";

const { status, error } = spawnSync(projectNode(), process.argv.slice(2), { stdio: "inherit" });
if (error) console.error(error.message);
process.exit(status ?? 1);
