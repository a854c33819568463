/** What who starts a detached run and its supervisor say to each other until the run has begun. After that they talk through the run's folder. */
import * as z from "zod";
import { usableEngineSchema } from "./engine";
import { judgeKeysSchema } from "./judges";
import { remedySchema } from "./remedy";

const runOptionsSchema = z.object({
  installation: z.object({ distFolder: z.string() }),
  nodePath: z.string(),
  version: z.string(),
  engine: z.enum(["auto", "simd", "tensorflow", "cpu"]),
  tensorflow: usableEngineSchema.nullable(),
  tensorflowProblem: z.string().nullable(),
  skipBatch: z.boolean(),
  acceptChanges: z.boolean(),
  /** Keys that an editor has stored for judges. They go through this channel alone. */
  judgeKeys: judgeKeysSchema.default({}),
  /** What becomes of it when the last window on its workspace is closed, and after how many milliseconds without one that is. */
  live: z.object({
    origin: z.literal("editor"),
    whenClosed: z.enum(["keepRunning", "stop"]),
    closedAfter: z.number(),
  }),
});

/** What is to be run; as the functions of `launch/run.ts` take it. */
const taskSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("start"),
    workspaceFolder: z.string(),
    recipeFile: z.string(),
    stage: z.string().nullable(),
    seed: z.int().nullable(),
  }),
  z.object({ kind: z.literal("resume"), folder: z.string() }),
  z.object({
    kind: z.literal("fork"),
    folder: z.string(),
    checkpoint: z.string().nullable(),
    stage: z.string().nullable(),
    recipe: z.enum(["file", "run"]),
    settings: z.array(z.object({ path: z.string(), text: z.string() })),
  }),
  z.object({
    kind: z.literal("evaluate"),
    folder: z.string(),
    checkpoint: z.string().nullable(),
    samples: z.int().positive().nullable(),
  }),
]);
export type SupervisorTask = z.infer<typeof taskSchema>;

/** First and only message. */
export const toSupervisorSchema = z.object({ task: taskSchema, options: runOptionsSchema });
export type ToSupervisor = z.input<typeof toSupervisorSchema>;

export const fromSupervisorSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("log"), level: z.enum(["info", "warn", "error"]), text: z.string() }),
  /** Last message: the run lives. */
  z.object({ type: z.literal("begun"), folder: z.string(), notice: z.string().nullable() }),
  /** Last message: what is not what it was when the run that is to be resumed began. */
  z.object({ type: z.literal("changed"), changes: z.array(z.string()) }),
  /** Last message: why nothing was started, a sentence for people, and what helps. */
  z.object({ type: z.literal("refused"), message: z.string(), remedy: remedySchema.nullable() }),
]);
export type FromSupervisor = z.infer<typeof fromSupervisorSchema>;
