// Runs a script under the Node that the project brings (a development dependency), whatever Node the machine has:
//   node test/harness/with-node.mjs SCRIPT [ARGUMENT…]
import { spawnSync } from "node:child_process";
import { projectNode } from "./node.mjs";

// Scripts import a few modules of the server as they are; that these say nowhere that they are modules is nothing to warn of.
const quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON";
const { status, error } = spawnSync(projectNode(), [quiet, ...process.argv.slice(2)], { stdio: "inherit" });
if (error) console.error(error.message);
process.exit(status ?? 1);
