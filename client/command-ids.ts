/** Every command of the extension; the manifest lists the same (a test compares them). */
export const commands = {
  newProject: "reasoningLab.newProject",
  runPipeline: "reasoningLab.runPipeline",
  runStage: "reasoningLab.runStage",
  stopRun: "reasoningLab.stopRun",
  resumeRun: "reasoningLab.resumeRun",
  labelPreferences: "reasoningLab.labelPreferences",
  forkRun: "reasoningLab.forkRun",
  openCurves: "reasoningLab.openCurves",
  openTraces: "reasoningLab.openTraces",
  showBehaviours: "reasoningLab.showBehaviours",
  compareAlgorithms: "reasoningLab.compareAlgorithms",
  scoreSamples: "reasoningLab.scoreSamples",
  setUpEngine: "reasoningLab.setUpEngine",
  selectEngine: "reasoningLab.selectEngine",
  verifyText: "reasoningLab.verifyText",
  showLogs: "reasoningLab.showLogs",
} as const;
