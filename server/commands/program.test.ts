import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { UserError } from "../shared/user-error";
import { temporaryFolder } from "../runs/example-run";
import { createProgram, runProgram } from "./program";
import { commandReference } from "./reference";

const installation = { distFolder: join(__dirname, "..", "..", "dist") };

const programOf = (): Command => createProgram({ installation, program: "reasoning-lab", typed: [] }, () => undefined);

/** What is said about a line that is typed. */
async function refusal(...typed: string[]): Promise<string> {
  try {
    const code = await runProgram({ installation, program: "reasoning-lab", typed });
    return `exit code ${code}`;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const commandOf = (line: readonly string[]): Command =>
  line
    .filter((word) => word !== "X")
    .reduce((at, word) => at.commands.find((each) => each.name() === word)!, programOf());

/** The words of each command, and as many arguments as it needs. */
function lines(program: Command, words: readonly string[] = []): string[][] {
  return program.commands.flatMap((command) => {
    const all = [...words, command.name()];
    if (command.commands.length > 0) return lines(command, all);
    return [[...all, ...command.registeredArguments.filter(({ required }) => required).map(() => "X")]];
  });
}

describe("every command", () => {
  test.each(lines(programOf()).map((line) => [line.join(" "), line] as const))(
    "%s refuses an option it has not",
    async (_, line) => {
      const words = line.filter((word) => word !== "X").join(" ");
      const takesAny = commandOf(line).registeredArguments.some(({ variadic }) => variadic);
      expect(await refusal(...line, "--frobnicate", "4")).toContain(`${words} has no option --frobnicate.`);
      expect(await refusal(...line, "--frobnicate=4")).toContain(`Usage: reasoning-lab ${words}`);
      if (!takesAny)
        expect(await refusal(...line, "too", "many", "words")).toMatch(/too many arguments|unknown command/);
    },
  );

  test.each(lines(programOf()).map((line) => [line.join(" "), line] as const))(
    "%s names the option that was meant",
    async (_, line) => {
      const words = line.filter((word) => word !== "X");
      const command = commandOf(line);
      for (const { long } of command.options) {
        const typed = `${long!.slice(0, -1)}x`;
        expect(await refusal(...line, typed, "4")).toContain(
          `${words.join(" ")} has no option ${typed}. Did you mean ${long!}?`,
        );
      }
    },
  );

  test.each(lines(programOf()).map((line) => [line.join(" "), line] as const))(
    "%s refuses options without their value",
    async (_, line) => {
      const command = commandOf(line);
      for (const { long, required } of command.options.filter((option) => option.required)) {
        expect(required).toBe(true);
        expect(await refusal(...line, long!)).toContain("argument missing");
        expect(await refusal(...line, `${long!}=`)).toMatch(new RegExp(`^${long!} (needs a value|must be)`));
        expect(await refusal(...line, long!, "--help")).toMatch(
          new RegExp(`^(${long!} (needs a value|must be)|There is no algorithm)`),
        );
      }
    },
  );
});

test("an option of another command is told with the command that has it", async () => {
  expect(await refusal("run", "X", "--samples", "4")).toMatch(
    /^run has no option --samples\. --samples is an option of evaluate\.\n/,
  );
  expect(await refusal("engine", "status", "--cuda")).toContain(
    "--cuda is an option of engine install, engine remove.",
  );
  expect(await refusal("--sed", "3", "run", "X")).toContain("There is no option --sed. --seed is an option of run.");
});

test("a command that there is not is told with the one that was meant", async () => {
  expect(await refusal("evalute", "X")).toMatch(/evalute[\s\S]*evaluate/);
  expect(await refusal("engine", "instal")).toMatch(/instal[\s\S]*install/);
  expect(await refusal("run")).toContain("missing required argument 'recipe'");
  expect(await refusal()).toContain("Usage: reasoning-lab <command>");
});

test("values that do not fit are refused", async () => {
  for (const [typed, message] of [
    [["run", "X", "--seed", "1.5"], '--seed must be a whole number from 0 to 2147483647, not "1.5".'],
    [["run", "X", "--seed", "2147483648"], "--seed must be"],
    [["run", "X", "--seed", "0x10"], "--seed must be"],
    [["run", "X", "--seed", " "], "--seed must be"],
    [["run", "X", "--seed", "1", "--seed", "2"], "--seed is given twice."],
    [["run", "X", "--stage", "--seed", "3"], '--stage needs a value; "--seed" looks like an option.'],
    [["evaluate", "X", "--samples", "0"], "--samples must be a whole number from 1,"],
    [["compare", "X", "--seeds", "0,,2"], "--seeds must be"],
    [["compare", "X", "--seeds", "0,1,0"], "--seeds names 0 twice."],
    [["compare", "X", "--algorithms", "grpo,grop"], 'There is no algorithm "grop". Did you mean "grpo"?'],
    [["compare", "X", "--tokens", "-1"], "--tokens must be"],
    [["compare", "X", "--target", "1.5"], "--target must be a number above 0 and up to 1"],
    [["clean", "--keep-steps", "few"], "--keep-steps must be a whole number from 0"],
    [["report", "X", "--format", "xml"], '--format must be text or json, not "xml".'],
    [["score", "--reward", "a.reward.ts", "--input", "b", "--timeout", "0"], "--timeout must be a number above 0"],
    [["score", "--reward", "a.reward.ts", "--input", "b", "--workers", "0.5"], "--workers must be a whole number"],
    [["score", "--reward", "a.reward.ts"], "--reward needs --input"],
    [["score", "a.reward.ts#x", "--timeout", "3"], "--timeout belongs to a file of rollouts"],
    [["score", "--env", "A"], "Name a reward"],
    [["report", "X", "--json", "--format", "text"], "leave out one"],
  ] as const)
    expect(await refusal(...typed), typed.join(" ")).toContain(message);
});

test("what is said of a place is said alone, without the usage", async () => {
  const folder = temporaryFolder("commands");
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "a.lab.json"), "{}");
  expect(await refusal("run", join(folder, "b.lab.json"))).toBe(`There is no recipe ${join(folder, "b.lab.json")}.`);
  expect(await refusal("run", join(folder, "a.lab.json"), "--workspace", join(folder, "sub"))).toContain(
    "is not in the workspace folder",
  );
});

test("docs/command-line.md lists what there is", async () => {
  await expect(commandReference(programOf())).toMatchFileSnapshot(
    join(__dirname, "..", "..", "docs", "command-line.md"),
  );
});
