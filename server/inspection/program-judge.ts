/** Runs one program against its tests, in a sandbox that is there for it alone. */
import { sandboxScript, type Installation } from "../processes/installation";
import { findRewardRuntime } from "../processes/runtime";
import { openSandboxPool } from "../processes/sandboxes/sandbox-pool";
import { verifyCodeWith } from "../verifiers/code/verify-code";
import type { ProgramJudge } from "./verdict-steps";

/** Seconds a test: somebody waits. */
const timeout = 2;

/** `nodePath`: the runtime that a person chose for rewards; "": none. */
export const programJudge =
  (installation: Installation, nodePath: string): ProgramJudge =>
  async (completion, tests, language) => {
    const runtime = await findRewardRuntime(nodePath);
    const sandboxes = openSandboxPool({ script: sandboxScript(installation), runtime, size: 1 });
    try {
      return await verifyCodeWith(sandboxes.run, completion, tests, { language, timeout });
    } finally {
      sandboxes.close();
    }
  };
