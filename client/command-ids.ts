/** Steps of the walkthrough that are ticked when they have come about, and the contexts that say so; the manifest waits for the same. */
export const walkthroughContexts = {
  project: "reasoningLab.reached.project",
  scored: "reasoningLab.reached.scored",
  ran: "reasoningLab.reached.ran",
  curves: "reasoningLab.reached.curves",
  traces: "reasoningLab.reached.traces",
} as const;

/** Every command of the extension; the manifest lists the same (a test compares them). */
export const commands = {
  newProject: "reasoningLab.newProject",
  runPipeline: "reasoningLab.runPipeline",
  runStage: "reasoningLab.runStage",
  stopRun: "reasoningLab.stopRun",
  resumeRun: "reasoningLab.resumeRun",
  labelPreferences: "reasoningLab.labelPreferences",
  forkRun: "reasoningLab.forkRun",
  freeSpace: "reasoningLab.freeSpace",
  openCurves: "reasoningLab.openCurves",
  showPipeline: "reasoningLab.showPipeline",
  openModelCard: "reasoningLab.openModelCard",
  revealCheckpoint: "reasoningLab.revealCheckpoint",
  exportDataset: "reasoningLab.exportDataset",
  evaluateCheckpoint: "reasoningLab.evaluateCheckpoint",
  openTraces: "reasoningLab.openTraces",
  showBehaviours: "reasoningLab.showBehaviours",
  compareAlgorithms: "reasoningLab.compareAlgorithms",
  scoreSamples: "reasoningLab.scoreSamples",
  setJudgeKey: "reasoningLab.setJudgeKey",
  saveRewardCase: "reasoningLab.saveRewardCase",
  rescoreRun: "reasoningLab.rescoreRun",
  openRescoring: "reasoningLab.openRescoring",
  setUpEngine: "reasoningLab.setUpEngine",
  selectEngine: "reasoningLab.selectEngine",
  verifyText: "reasoningLab.verifyText",
  openGlossary: "reasoningLab.openGlossary",
  showLogs: "reasoningLab.showLogs",
} as const;
