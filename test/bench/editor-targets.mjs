// What the editor must not take longer than, on two cores while a run trains, in milliseconds; a share is of 1.
export const editorTargets = [
  { work: "lens and diagnostics after a key press", by: "p95", most: 50, unit: "ms" },
  { work: "13 cases after a save", by: "median", most: 300, unit: "ms" },
  { work: "re-score of 20,000 rollouts", by: "median", most: 3000, unit: "ms" },
  { work: "audit of the sample's rewards", by: "median", most: 5000, unit: "ms" },
  { work: "waiting for scores, beside sampling", by: "p95", most: 1, unit: "× of sampling" },
];
