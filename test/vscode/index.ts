/** What VS Code loads: runs the suites of a session in the extension host, in order: each uses what the one before left. */
import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { accessibility } from "./accessibility";
import { auditing } from "./auditing";
import { badInput } from "./bad-input";
import { behaviours } from "./behaviours";
import { compare } from "./compare";
import { comparedRuns } from "./compared-runs";
import { curveData } from "./curve-data";
import { curves } from "./curves";
import { engine } from "./engine";
import { folders } from "./folders";
import { fork } from "./fork";
import { judges } from "./judges";
import { health } from "./health";
import { hostile } from "./hostile";
import { hub } from "./hub";
import { labels } from "./labels";
import { mainJob } from "./main-job";
import { playground } from "./playground";
import { pipeline } from "./pipeline";
import { rewardData } from "./reward-data";
import { packaged } from "./packaged";
import { rewardCases } from "./reward-cases";
import { sample } from "./sample";
import { connectPage, setting } from "./page";
import type { WorkbenchPage } from "./page";
import { rolloutFiles } from "./rollout-files";
import { runsAsThings } from "./runs";
import { untrusted } from "./untrusted";
import { windows } from "./windows";

const sessions: Readonly<Record<string, (ui: WorkbenchPage) => void>> = {
  main: mainJob,
  "bad-input": badInput,
  untrusted,
  engine,
  compare,
  behaviours(ui) {
    behaviours(ui);
    health(ui);
    curves(ui);
    curveData(ui);
    comparedRuns(ui);
    rolloutFiles(ui);
    runsAsThings(ui);
  },
  labels(ui) {
    labels(ui);
    sample(ui);
    playground(ui);
    judges(ui);
    hub(ui);
  },
  rewards(ui) {
    rewardCases(ui);
    rewardData(ui);
    auditing(ui);
  },
  fork(ui) {
    fork(ui);
    windows(ui);
  },
  everybody: accessibility,
  hostile,
  folders,
  packaged,
  pipeline,
};

export async function run(): Promise<void> {
  const session = setting("REASONING_LAB_SESSION");
  const suites = sessions[session];
  if (!suites) throw new Error(`There is no session ${session}.`);
  const mocha = new Mocha({ ui: "bdd", timeout: 600_000, slow: 60_000, bail: false });
  const grep = process.env["REASONING_LAB_GREP"];
  if (grep) mocha.grep(grep);
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  const page = await connectPage();
  suites(page);
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    const failed: string[] = [];
    runner.on("fail", (test, error: Error) => {
      failed.push(`${session}: ${test.fullTitle()}: ${error.message.split("\n", 1)[0]}`);
      void page.screenshot(`failed-${test.title.replaceAll(/\W+/g, "-")}`);
    });
    runner.on("end", () => {
      writeFileSync(setting("REASONING_LAB_REPORT"), JSON.stringify({ stats: runner.stats, failed }));
    });
  });
  await page.disconnect();
  if (failures > 0) throw new Error(`${failures} test${failures === 1 ? "" : "s"} failed.`);
}
