/** What VS Code loads: runs the suites in the extension host, one after the other, in this order: each uses what the one before left. */
import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { connectPage } from "./page";
import { mainJob } from "./main-job";

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", timeout: 120_000, slow: 60_000, bail: false });
  const grep = process.env["REASONING_LAB_GREP"];
  if (grep) mocha.grep(grep);
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  const page = await connectPage();
  mainJob(page);
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on("end", () => {
      const report = process.env["REASONING_LAB_REPORT"];
      if (report) writeFileSync(report, JSON.stringify({ stats: runner.stats }));
    });
  });
  await page.disconnect();
  if (failures > 0) throw new Error(`${failures} test${failures === 1 ? "" : "s"} failed.`);
}
