/** How far a reward that judges agrees with people's labels: over *Score Samples*, with a judge on the loopback. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { labelLine, orderedPair, pairId, type PreferenceLabel } from "../labels/label";
import { agreementText } from "../protocol/judges";
import type { Installation } from "../processes/installation";
import { projectFolder, testInstallation } from "../processes/installation.testing";
import { judgeServer, partsOf, scoreText } from "../processes/rewards/judge-server.testing";
import { preferredPairs } from "./label-agreement";
import { scoreSamples } from "./score";

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
});

let seconds = 0;
/** A label of two completions by somebody, who prefers the first. */
function label(prompt: string, better: string, worse: string, by = "me", tie = false): PreferenceLabel {
  const pair = orderedPair({ prompt, a: better, b: worse });
  const choice = tie ? "tie" : pair.a === better ? "a" : "b";
  const at = new Date(1e12 + 1000 * seconds++).toISOString();
  return { ...pair, id: randomUUID(), pair: pairId(pair), choice, tags: [], pass: 1, by, at };
}

test("of one person the last label of a pair counts, of several the majority, and none where they are even", () => {
  expect(preferredPairs([label("p", "x", "y"), label("p", "y", "x")])).toMatchObject([{ a: "x", b: "y", choice: "b" }]);
  expect(preferredPairs([label("p", "x", "y"), label("p", "y", "x", "you")])).toEqual([]);
  expect(
    preferredPairs([label("p", "x", "y"), label("p", "y", "x", "you"), label("p", "x", "y", "they")]),
  ).toMatchObject([{ choice: "a" }]);
  expect(preferredPairs([label("p", "x", "y", "me", true)])).toEqual([]);
});

test("a reward that judges says how far it agrees with people, and asks nothing twice", async () => {
  const judge = await judgeServer((asked) => ({ text: scoreText((partsOf(asked)["completion"] ?? "").length / 10) }));
  onTestFinished(() => judge.close());
  const labels = [
    label("p", "longer", "long"),
    label("p", "longest", "short"),
    label("q", "s", "worse but long"),
    label("r", "equal", "alike"),
  ];
  const folder = projectFolder({
    "a.reward.ts": `import { judge, type Reward } from "reasoning-lab";
      const fair = judge({ rubric: "Long?", endpoint: "${judge.endpoint}", model: "m", range: [0, 2] });
      export const judged: Reward = ({ prompt, completion }) => fair.score({ prompt, completion });
      export const plain: Reward = () => 1;`,
    "a.reward.cases.jsonl": ["judged", "plain"]
      .map((reward) => JSON.stringify({ reward, prompt: "p", completion: "long", answer: "", expect: [0, 2] }))
      .join("\n"),
    "r.lab.json": JSON.stringify({
      name: "n",
      model: {},
      task: { name: "chain-sum" },
      rewards: [{ function: "a.reward.ts#judged", hosts: [judge.host] }, { function: "a.reward.ts#plain" }],
      stages: [{ kind: "reasoning-rl" }],
    }),
    "labels/preferences.jsonl": labels.map(labelLine).join(""),
  });
  const score = (name: string) =>
    scoreSamples({
      workspaceFolder: folder,
      file: join(folder, "a.reward.ts"),
      export: name,
      installation,
      nodePath: "",
    });
  const first = await score("judged");
  // Right of two pairs, wrong of one, and even of one.
  expect(first.agreement).toMatchObject({ count: 4, agreed: 2.5, equal: 1, unscored: 0 });
  expect(agreementText(first.agreement!)).toMatch(/^6[23] % \(\d\d–\d\d %\) of 4 pairs$/);
  expect(first.judges!["m"]).toMatchObject({ calls: 8, cached: 1 });
  const again = await score("judged");
  expect(again.judges!["m"]).toMatchObject({ calls: 0, cached: 9 });
  expect(again.agreement).toEqual(first.agreement);
  expect(judge.asked).toHaveLength(8);
  const plain = await score("plain");
  expect(plain).toMatchObject({ judges: {}, failedCases: [] });
  expect(plain.agreement).toBeUndefined();
});
