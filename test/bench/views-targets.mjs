// What views must not take longer than, on two cores.
export const viewsTargets = [
  { work: "open curves of 100,000 steps × 60 metrics", by: "median", most: 300, unit: "ms" },
  { work: "of it, from when VS Code has made the page", by: "median", most: 300, unit: "ms" },
  { work: "its memory, page and server", by: "median", most: 60, unit: "MB" },
  { work: "a new step shows in the curves", by: "p95", most: 200, unit: "ms" },
  { work: "a frame of pan and zoom over the curves", by: "p95", most: 16, unit: "ms" },
  { work: "open one sample of 32,000 tokens", by: "median", most: 300, unit: "ms" },
  { work: "a frame of scrolling through it", by: "p95", most: 16, unit: "ms" },
  { work: "cost to training with the curves open", by: "median", most: 0.02, unit: "× of a step" },
  // A store of 1,000,000 rollouts, of the process that answers the page, which is started anew for each opening and filter.
  { work: "traces: open, to the first page and group", by: "median", most: 300, unit: "ms" },
  { work: "traces: filter of three numbers", by: "median", most: 150, unit: "ms" },
  { work: "traces: a filter that nothing passes", by: "median", most: 150, unit: "ms" },
  { work: "traces: search, frequent", by: "median", most: 150, unit: "ms" },
  { work: "traces: search, a number", by: "median", most: 150, unit: "ms" },
  { work: "traces: search, regular expression, frequent", by: "median", most: 150, unit: "ms" },
  { work: "traces: a page anywhere in the list", by: "p95", most: 100, unit: "ms" },
];
