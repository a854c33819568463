/**
 * Runs that go on without the process that started them: each has a supervisor of its own (`server/supervisor-process.ts`). A launcher between the two
 * ends once the run has begun, so that whoever ends the starting process with all its children does not meet the run.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fromSupervisorSchema, type SupervisorTask, type ToSupervisor } from "../protocol/supervisor";
import { storedKeys } from "../processes/rewards/judge-keys";
import { RefusedError } from "./refusal";
import { ResumeChangesError } from "./resume-changes";
import type { RunHandlers, RunOptions } from "./supervise";
import { UserError } from "../shared/user-error";

export interface Begun {
  /** The run folder. */
  readonly folder: string;
  /** A sentence for whoever started it; null: there is nothing to know. */
  readonly notice: string | null;
}

/** Starts a run. Throws an Error for people when it cannot begin, {@link ResumeChangesError} where a resume must be accepted. */
export function startDetached(
  task: SupervisorTask,
  {
    installation,
    nodePath,
    version,
    live,
    ...options
  }: RunOptions & { readonly live: ToSupervisor["options"]["live"] },
  handlers: Pick<RunHandlers, "log"> = {},
): Promise<Begun> {
  const request: ToSupervisor = {
    task,
    options: {
      installation,
      nodePath,
      version,
      live,
      engine: options.engine ?? "auto",
      tensorflow: options.tensorflow ?? null,
      tensorflowProblem: options.tensorflowProblem ?? null,
      skipBatch: options.skipBatch ?? false,
      acceptChanges: options.acceptChanges ?? false,
      judgeKeys: storedKeys(),
    },
  };
  const { distFolder } = installation;
  const launcher = spawn(process.execPath, [join(distFolder, "launcher.js"), join(distFolder, "supervisor.js")], {
    detached: true,
    windowsHide: true,
    // Not in the workspace, whose folder could not be moved then.
    cwd: distFolder,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    serialization: "json",
  });
  return new Promise((resolve, reject) => {
    launcher.on("error", (error) => reject(new UserError(`The run's process could not be started: ${error.message}`)));
    // After all that it said.
    launcher.on("disconnect", () => reject(new UserError("The run's process ended before the run began.")));
    launcher.on("message", (data) => {
      const parsed = fromSupervisorSchema.safeParse(data);
      if (!parsed.success) return;
      const message = parsed.data;
      if (message.type === "log") handlers.log?.(message.level, message.text);
      else if (message.type === "begun") resolve({ folder: message.folder, notice: message.notice });
      else if (message.type === "refused") reject(new RefusedError(message.message, message.remedy));
      else reject(new ResumeChangesError(message.changes));
    });
    launcher.send(request, () => undefined);
  });
}
