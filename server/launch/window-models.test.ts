/** A run that asks a model of the editor through its folder, and windows that answer. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../processes/installation.testing";
import { answerQuestion, takeQuestions } from "../runs/live-questions";
import { liveFolder } from "../runs/paths";
import { windowModels } from "./window-models";

const messages = [{ role: "user" as const, content: "2+2?" }];
const never = new AbortController().signal;

test("one of the windows takes a question and answers it; nothing is left of either", async () => {
  const run = temporaryFolder("run");
  const ask = windowModels(run, "token", () => true);
  const tired = new AbortController();
  const said = ask("gpt-4o", messages, tired.signal);
  await expect.poll(() => readdirSync(join(liveFolder(run), "asked"))).toHaveLength(1);
  expect(takeQuestions(run, "another claim")).toEqual([]);
  const again = ask("gpt-4o", messages, never);
  await expect.poll(() => readdirSync(join(liveFolder(run), "asked"))).toHaveLength(1);
  const [question] = takeQuestions(run, "token");
  expect(question).toMatchObject({ model: "gpt-4o", messages });
  expect(takeQuestions(run, "token")).toEqual([]);
  answerQuestion(run, "another claim", question!.id, { text: "5", message: null });
  answerQuestion(run, "token", question!.id, { text: "4", message: null });
  expect(await again).toBe("4");
  // What was taken for another claim is never answered: the judge's own limit ends it.
  tired.abort(new Error("too late"));
  await expect(said).rejects.toThrow("too late");
  expect(readdirSync(join(liveFolder(run), "answered"))).toEqual([]);
  expect(readdirSync(join(liveFolder(run), "asked"))).toEqual([]);
});

test("what a window could not do is an error that says why, and so is no window", async () => {
  const run = temporaryFolder("run");
  let watched = true;
  const ask = windowModels(run, "token", () => watched);
  const said = ask("gpt-4o", messages, never);
  await expect.poll(() => readdirSync(join(liveFolder(run), "asked"))).toHaveLength(1);
  answerQuestion(run, "token", takeQuestions(run, "token")[0]!.id, { text: null, message: "VS Code has no model." });
  await expect(said).rejects.toThrow("VS Code has no model.");
  const left = ask("gpt-4o", messages, never);
  watched = false;
  await expect(left).rejects.toThrow(
    /^gpt-4o is a model of the editor, and no window that looks at this run is open\./,
  );
  await expect(ask("gpt-4o", messages, never)).rejects.toThrow("no window");
});

test("files that are no questions are taken away and answered to nobody", () => {
  const run = temporaryFolder("run");
  const asked = join(liveFolder(run), "asked");
  mkdirSync(asked, { recursive: true });
  const id = "00000000-0000-0000-0000-000000000000";
  writeFileSync(join(asked, `${id}.json`), JSON.stringify({ token: "token", model: 1 }));
  writeFileSync(join(asked, "other.json"), "{}");
  expect(takeQuestions(run, "token")).toEqual([]);
  expect(readdirSync(asked)).toEqual(["other.json"]);
});
