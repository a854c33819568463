/**
 * The rooms of server/, top to bottom: a room may import what stands below it, never above, and not what stands beside it. Each says in its README.md what it
 * holds. `protocol` and `shared` stand at the very bottom: everything may import them.
 */
export const rooms = [
  ["server/main.ts", "server/cli.ts", "server/supervisor-process.ts", "server/trace-process.ts"],
  ["server/commands"],
  ["server/language", "server/terminal"],
  ["server/comparison"],
  ["server/audit", "server/inspection"],
  ["server/scoring", "server/labelling"],
  ["server/launch"],
  ["server/processes"],
  ["server/trainer.ts", "server/engine-probe.ts", "server/playground-process.ts"],
  ["server/model-setup"],
  ["server/engine-setup"],
  ["server/stages"],
  ["server/evaluation", "server/playground"],
  ["server/behaviours"],
  ["server/rollout-files"],
  ["server/rollouts"],
  ["server/models"],
  ["server/runs"],
  ["server/rewards", "server/tasks"],
  ["server/labels"],
  ["server/judges"],
  ["server/algorithms"],
  ["server/engine"],
  ["server/recipes"],
  ["server/verifiers"],
  ["server/kernels"],
  ["server/trackers"],
  ["server/rows"],
  ["server/files"],
  ["server/health"],
  ["server/statistics"],
  ["server/protocol"],
  ["server/shared"],
];

/** Kinds of stage, which know nothing of each other. */
export const families = ["rl", "sft", "preferences"].map((name) => `server/stages/${name}`);

/** Pages, which know nothing of each other. */
export const pages = [
  "audit",
  "behaviours",
  "curves",
  "labels",
  "pipeline",
  "playground",
  "rescore",
  "runs",
  "traces",
].map((name) => `webviews/${name}`);
