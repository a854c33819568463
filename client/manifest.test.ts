/** The manifest and the code say the same. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { commands, walkthroughContexts } from "./command-ids";

const root = join(__dirname, "..");
const manifest = z
  .object({
    activationEvents: z.array(z.string()),
    contributes: z.object({
      commands: z.array(z.object({ command: z.string(), title: z.string(), category: z.string() })),
      configuration: z.object({ properties: z.record(z.string(), z.object({ scope: z.string() })) }),
      menus: z.record(z.string(), z.array(z.object({ command: z.string() }))),
      grammars: z.array(z.object({ path: z.string() })),
      languages: z.array(z.object({ configuration: z.string() })),
      walkthroughs: z.array(
        z.object({
          steps: z.array(
            z.object({
              media: z.object({ markdown: z.string() }),
              description: z.string(),
              completionEvents: z.array(z.string()),
            }),
          ),
        }),
      ),
      viewsContainers: z.object({ activitybar: z.array(z.object({ icon: z.string() })) }),
    }),
    capabilities: z.object({
      untrustedWorkspaces: z.object({ supported: z.literal("limited"), restrictedConfigurations: z.array(z.string()) }),
    }),
    icon: z.string(),
  })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
const { contributes } = manifest;
const ids = Object.values(commands) as string[];

test("every command of the code is contributed, and the other way round", () => {
  expect(contributes.commands.map(({ command }) => command).sort()).toEqual([...ids].sort());
  expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(["Reasoning Lab"]));
});

test("every panel shows a page that is built, and is brought back after a reload", () => {
  const sources = globSync("*/index.ts", { cwd: __dirname }).map((file) => readFileSync(join(__dirname, file), "utf8"));
  const panels = sources.flatMap((text) => [...text.matchAll(/viewType: "([\w.]+)"[^}]*page: "(\w+)"/g)]);
  const pages = globSync("*/main.ts", { cwd: join(root, "webviews") }).map((file) => dirname(file));
  expect(panels.map(([, , page]) => page).sort()).toEqual(pages.sort());
  const restored = manifest.activationEvents.filter((event) => event.startsWith("onWebviewPanel:"));
  expect(restored.sort()).toEqual(panels.map(([, viewType]) => `onWebviewPanel:${viewType!}`).sort());
});

test("menus and walkthrough name commands that exist", () => {
  const named = [
    ...Object.values(contributes.menus)
      .flat()
      .map(({ command }) => command),
    ...contributes.walkthroughs.flatMap(({ steps }) =>
      steps.flatMap(({ description }) => [...description.matchAll(/command:([\w.]+)/g)].map(([, command]) => command!)),
    ),
  ];
  expect(named.filter((command) => !ids.includes(command))).toEqual([]);
});

test("a step of the walkthrough is ticked by what came about, never by a command that may have failed", () => {
  const events = contributes.walkthroughs.flatMap(({ steps }) =>
    steps.flatMap(({ completionEvents }) => completionEvents),
  );
  expect(events).toEqual(Object.values(walkthroughContexts).map((context) => `onContext:${context}`));
});

test("what VS Code shows as plain text has no marks of Markdown", () => {
  const texts = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description));
  for (const text of texts) expect(text.replaceAll("**", "")).not.toMatch(/[*_`]\w/);
});

test("the walkthrough has at most six steps", () => {
  for (const { steps } of contributes.walkthroughs) expect(steps.length).toBeLessThanOrEqual(6);
});

test("every file that the manifest names is there", () => {
  const files = [
    manifest.icon,
    ...contributes.grammars.map(({ path }) => path),
    ...contributes.languages.map(({ configuration }) => configuration),
    ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
  ];
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("a workspace cannot name the program that runs rewards", () => {
  expect(contributes.configuration.properties["reasoningLab.nodePath"]?.scope).toBe("machine");
  expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toContain("reasoningLab.nodePath");
});
