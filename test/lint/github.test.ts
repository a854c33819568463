/** What GitHub reads of `.github`: it refuses a wrong file only once it is there, and of a workflow only what it does not know. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { parts } from "../harness/parts.mjs";
import { platforms } from "../harness/platforms.mjs";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string): unknown => load(readFileSync(join(root, path), "utf8"));

const stepSchema = z
  .strictObject({
    name: z.string().optional(),
    if: z.string().optional(),
    uses: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+@(v\d+|[0-9a-f]{40})$/, "is pinned to no major version")
      .optional(),
    run: z.string().optional(),
    with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  })
  .refine(({ uses, run }) => (uses === undefined) !== (run === undefined), "uses an action or runs a command");

const workflowSchema = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  // What a workflow of pull requests may do: read.
  permissions: z.strictObject({ contents: z.literal("read") }),
  concurrency: z.strictObject({ group: z.string(), "cancel-in-progress": z.union([z.string(), z.boolean()]) }),
  defaults: z.strictObject({ run: z.strictObject({ shell: z.literal("bash") }) }),
  jobs: z.record(
    z.string(),
    z.strictObject({
      name: z.string(),
      "runs-on": z.string(),
      "timeout-minutes": z.int().max(90),
      strategy: z
        .strictObject({
          "fail-fast": z.literal(false),
          matrix: z.strictObject({ include: z.array(z.record(z.string(), z.string())).min(1) }),
        })
        .optional(),
      steps: z.array(stepSchema).min(1),
    }),
  ),
});
type Job = z.infer<typeof workflowSchema>["jobs"][string];

/** The commands of a job, one for each row of its matrix. */
const commands = ({ strategy, steps }: Job): string[] =>
  (strategy?.matrix.include ?? [{}]).flatMap((row: Readonly<Record<string, string>>) =>
    steps.flatMap(({ run = "" }) => {
      const filled = run.replaceAll(/\$\{\{ matrix\.(\w+) \}\}/g, (_, name: string) => {
        if (!(name in row)) throw new Error(`The matrix has no ${name}.`);
        return row[name]!;
      });
      return filled === "" ? [] : [filled];
    }),
  );

describe("workflows", () => {
  const files = globSync(".github/workflows/*.yml", { cwd: root });
  const workflow = workflowSchema.parse(read(".github/workflows/ci.yml"));
  const jobs = Object.values(workflow.jobs);

  test.each(files)("%s asks for nothing but to read, and each of its actions is pinned", (file) => {
    expect(workflowSchema.safeParse(read(file)).error?.issues ?? []).toEqual([]);
  });

  test("CI runs on Linux, macOS and Windows: its checks, and the tests in a desktop VS Code", () => {
    const systems = ({ strategy }: Job): string[] => [
      ...new Set(strategy!.matrix.include.map((row) => row["os"]!.replace("-latest", ""))),
    ];
    for (const job of ["checks", "vscode"])
      expect(systems(workflow.jobs[job]!).sort()).toEqual(["macos", "ubuntu", "windows"]);
  });

  test("every command is one that the manifest and the harness have, and CI runs every part of npm test", () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
    const ran = new Set<string>();
    for (const command of jobs.flatMap(commands)) {
      const [, script = command] = /^npm (?:run )?([a-z]+)(?: -- .*)?$/.exec(command) ?? [];
      expect(scripts).toHaveProperty(script);
      for (const part of / --only (\S+)/.exec(command)?.[1]?.split(",") ?? []) ran.add(part);
      const desktop = / --desktop (\S+)/.exec(command)?.[1];
      if (desktop !== undefined) expect(["stable", "oldest"]).toContain(desktop);
      for (const target of / --target (\S+)/.exec(command)?.[1]?.split(",") ?? [])
        expect([...platforms, "all"]).toContain(target);
    }
    expect([...ran].sort()).toEqual(Object.keys(parts(undefined)).sort());
  });

  test("jobs of VS Code keep the pictures of what failed", () => {
    for (const job of jobs.filter((one) => commands(one).some((command) => command.includes("vscode")))) {
      const kept = job.steps.filter(
        ({ if: when, uses }) => when === "failure()" && uses?.startsWith("actions/upload-artifact@"),
      );
      expect(kept.map((step) => step.with?.["path"])).toEqual([expect.stringContaining("test/screenshots")]);
    }
  });
});

/** https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
const named = { id: z.string().regex(/^[\w-]+$/) };
const validations = z.strictObject({ required: z.boolean() }).optional();
const label = { label: z.string().min(1), description: z.string().optional() };
const fieldSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("markdown"), attributes: z.strictObject({ value: z.string() }) }),
  z.strictObject({
    type: z.literal("input"),
    ...named,
    attributes: z.strictObject({ ...label, placeholder: z.string().optional(), value: z.string().optional() }),
    validations,
  }),
  z.strictObject({
    type: z.literal("textarea"),
    ...named,
    attributes: z.strictObject({ ...label, placeholder: z.string().optional(), render: z.string().optional() }),
    validations,
  }),
  z.strictObject({
    type: z.literal("dropdown"),
    ...named,
    attributes: z.strictObject({ ...label, options: z.array(z.string()).min(1), multiple: z.boolean().optional() }),
    validations,
  }),
]);
const formSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  labels: z.array(z.string()).min(1),
  body: z.array(fieldSchema).min(1),
});
const idsOf = (path: string): string[] =>
  formSchema.parse(read(path)).body.flatMap((field) => ("id" in field ? [field.id] : []));

describe("issue forms", () => {
  const forms = globSync(".github/ISSUE_TEMPLATE/*.yml", { cwd: root }).filter((file) => !file.endsWith("config.yml"));

  test.each(forms)("%s is a form", (file) => {
    expect(formSchema.safeParse(read(file)).error?.issues ?? []).toEqual([]);
    const ids = idsOf(file);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("they ask for what a bug and a verdict are looked into with", () => {
    expect(idsOf(".github/ISSUE_TEMPLATE/bug.yml")).toEqual(expect.arrayContaining(["run", "version", "engine"]));
    expect(idsOf(".github/ISSUE_TEMPLATE/verdict.yml")).toEqual(expect.arrayContaining(["gold", "completion"]));
  });

  test("config.yml leads reports of holes to where they are private", () => {
    const link = z.strictObject({ name: z.string(), url: z.url(), about: z.string() });
    const config = z
      .strictObject({ blank_issues_enabled: z.boolean(), contact_links: z.array(link) })
      .parse(read(".github/ISSUE_TEMPLATE/config.yml"));
    expect(config.contact_links.map(({ url }) => url)).toContainEqual(
      expect.stringMatching(/\/security\/advisories\/new$/),
    );
  });
});
