/**
 * CONTRIBUTING shows what a new question, task and kind of stage take. The edits that it shows are made here, in memory: together they compile, and the
 * compiler asks for each that is missing.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import ts from "typescript";
import { expect, test } from "vitest";
import type * as random from "../../server/shared/random";
import type * as fields from "../../server/recipes/task-fields";
import type * as tasks from "../../server/tasks/create-task";
import type * as task from "../../server/tasks/task";

const root = join(import.meta.dirname, "..", "..");
const contributing = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");

/** Text of a file by its path from the repository. */
type Files = ReadonlyMap<string, string>;

interface Edit {
  readonly file: string;
  /** Lines as they stand, and as they are then. Nothing stands in a new file. */
  readonly before: string;
  readonly after: string;
}

/** The hunks of the `diff` blocks under a heading: a file may have several, each after its `--- path`. */
function editsOf(heading: string): Edit[] {
  const section = contributing.split(`\n### ${heading}\n`)[1]?.split("\n### ")[0]?.split("\n## ")[0] ?? "";
  const blocks = [...section.matchAll(/```diff\n([\s\S]*?)```/g)].map((match) => match[1]!);
  return blocks.flatMap((block) =>
    block
      .split(/^--- /m)
      .slice(1)
      .map((hunk): Edit => {
        const [file = "", ...lines] = hunk.trimEnd().split("\n");
        const side = (other: string): string =>
          lines
            .filter((line) => !line.startsWith(other))
            .map((line) => line.slice(1))
            .join("\n");
        return { file, before: side("+"), after: side("-") };
      }),
  );
}

function edited(edits: readonly Edit[]): Files {
  const files = new Map<string, string>();
  for (const { file, before, after } of edits) {
    if (before === "") {
      expect([file, existsSync(join(root, file))]).toEqual([file, false]);
      files.set(file, `${after}\n`);
      continue;
    }
    const text = files.get(file) ?? readFileSync(join(root, file), "utf8");
    // The lines must stand there once: what the document shows is what somebody finds.
    expect([file, before, text.split(before).length - 1]).toEqual([file, before, 1]);
    files.set(
      file,
      text.replace(before, () => after),
    );
  }
  return files;
}

const question = editsOf("A question, step by step");
const newTask = editsOf("A task, step by step");
const stage = editsOf("A stage, step by step");
const filesOf = (edits: readonly Edit[]): string[] => [...new Set(edits.map(({ file }) => file))];

/** Parsed once: what stays as it is has one text in all programs. */
const parsed = new Map<string, ts.SourceFile | undefined>();

const [ofServer, ofPages] = ["tsconfig.json", "webviews/tsconfig.json"].map((config) => {
  const onUnRecoverableConfigFileDiagnostic = (): void => undefined;
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic };
  return ts.getParsedCommandLineOfConfigFile(join(root, config), { noEmit: true }, host)!;
}) as [ts.ParsedCommandLine, ts.ParsedCommandLine];
/**
 * Server and pages in one program, whose types both are computed of: that takes half the time of two. Each sees what the other has around it; that pages
 * use nothing of Node is what the type check is for.
 */
const options: ts.CompilerOptions = {
  ...ofPages.options,
  ...ofServer.options,
  lib: [...new Set([ofServer, ofPages].flatMap((project) => project.options.lib ?? []))],
};
const ambient = [ofServer, ofPages].flatMap(({ fileNames }) => fileNames.filter((path) => path.endsWith(".d.ts")));

/** What the compiler says of the files in `looked`, by file, with edits in place. */
function complaints(files: Files, looked: readonly string[]): Readonly<Record<string, string>> {
  const inPlace = new Map([...files].map(([file, text]) => [join(root, file), text]));
  const host = ts.createCompilerHost(options);
  const [read, exists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)];
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  host.fileExists = (path) => inPlace.has(path) || exists(path);
  host.getSourceFile = (path, version) => {
    const text = inPlace.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, version);
    if (!parsed.has(path)) parsed.set(path, read(path, version));
    return parsed.get(path);
  };
  const program = ts.createProgram([...looked.map((file) => join(root, file)), ...ambient], options, host);
  const said = looked.map((file): [string, string] => {
    const source = program.getSourceFile(join(root, file));
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return [file, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n")];
  });
  return Object.fromEntries(said.filter(([, text]) => text !== ""));
}

const containing = (text: string): unknown => expect.stringContaining(text);

/** Where all handlers come together, and where a stage is run. */
const [wiring, pipeline] = ["server/main.ts", "server/stages/pipeline.ts"];
const all = edited([...question, ...newTask, ...stage]);
/** All edits but those of some files. */
const without = (...left: string[]): Files =>
  edited([...question, ...newTask, ...stage].filter(({ file }) => !left.includes(file)));

test("a question takes three files, a task three, a kind of stage four; together they compile", () => {
  expect([question, newTask, stage].map((edits) => filesOf(edits).length)).toEqual([3, 3, 4]);
  expect(complaints(all, [...all.keys(), wiring, pipeline])).toEqual({});
});

test("the compiler asks for each edit that is missing", () => {
  const [table, handler, use] = filesOf(question) as [string, string, string];
  const [taskFile, taskSchema, taskCase] = filesOf(newTask) as [string, string, string];
  const [row, stageSchema, step, loop] = filesOf(stage) as [string, string, string, string];
  // What is left out together is asked for in different files.
  expect(complaints(without(handler, row, loop, taskCase), [wiring, pipeline, loop, taskCase])).toEqual({
    [wiring]: containing("countCheckpoints"),
    [pipeline]: containing("general-sft"),
    [loop]: containing("general-sft"),
    // A task that no case makes.
    [taskCase]: containing("return"),
  });
  expect(complaints(without(table, taskSchema, stageSchema), [handler, use, taskFile, step])).toEqual({
    [handler]: containing("countCheckpoints"),
    [use]: containing("countCheckpoints"),
    [taskFile]: containing("never"),
    [step]: containing("GeneralSftSpec"),
  });
});

/** The modules of the server that a task is made and judged with, built with the edits. */
type Built = typeof random & typeof fields & typeof tasks & typeof task;

test("the task that CONTRIBUTING shows makes prompts, and judges and labels its own completions", async () => {
  const files = edited(newTask);
  const modules = ["shared/random", "recipes/task-fields", "tasks/create-task", "tasks/task"];
  const scratch = mkdtempSync(join(tmpdir(), "reasoning-lab-new-task-"));
  const outfile = join(scratch, "built.cjs");
  try {
    await build({
      outfile,
      bundle: true,
      platform: "node",
      target: "node22",
      format: "cjs",
      logLevel: "silent",
      stdin: { contents: modules.map((name) => `export * from "./server/${name}";`).join("\n"), resolveDir: root },
      plugins: [
        {
          name: "edits",
          setup(builder) {
            const inPlace = new Map([...files].map(([file, text]) => [join(root, file), text]));
            builder.onResolve({ filter: /^\.\/digit-sum$/ }, ({ resolveDir }) => ({
              path: join(resolveDir, "digit-sum.ts"),
            }));
            builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
              const contents = inPlace.get(path);
              return contents === undefined ? undefined : { contents, loader: "ts" };
            });
          },
        },
      ],
    });
    const built = createRequire(import.meta.url)(outfile) as Built;
    const made = built.createTask(built.taskSchema.parse({ name: "digit-sum" }), root);
    if (!built.isProcedural(made)) throw new Error("It makes no rows.");
    for (let seed = 0; seed < 20; seed++) {
      const drawn = made.rows.row(built.randomStream(seed));
      const completion = made.completion(drawn, "stepwise");
      expect(built.isCorrect(made, drawn, completion)).toBe(true);
      expect(built.isCorrect(made, { ...drawn, answer: `${drawn.answer}0` }, completion)).toBe(false);
      expect(made.labelSteps(drawn, made.steps(drawn).join(";")).every(({ correct }) => correct)).toBe(true);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
