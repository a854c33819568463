/** Reward cases as items of the Test Explorer: file → reward → case. They follow the files, and edits that nobody has saved. */
import * as vscode from "vscode";
import type { CaseList } from "../../server/protocol/cases";
import type { LabApi } from "../lab-api";
import { log } from "../language-client";

export const casesPattern = "**/*.reward.cases.jsonl";
const excluded = "**/{node_modules,.reasoning-lab,dist}/**";

/** A case of the explorer. */
export interface CaseItem {
  readonly item: vscode.TestItem;
  readonly reward: string;
  /** In the file of cases, from 1. */
  readonly line: number;
}

export interface FileItems {
  readonly item: vscode.TestItem;
  /** The reward file. */
  readonly uri: vscode.Uri;
  readonly casesUri: vscode.Uri;
  readonly cases: readonly CaseItem[];
  readonly problems: CaseList["problems"];
}

export interface TestItems {
  /** Items of one reward file as it is now; null: it has no cases. */
  refresh(uri: vscode.Uri): Promise<FileItems | null>;
  /** All of the workspace. */
  all(): Promise<FileItems[]>;
  /** Of the files that are known already. */
  known(): readonly FileItems[];
  dispose(): void;
}

export const rewardUriOf = (uri: vscode.Uri): vscode.Uri =>
  uri.with({ path: uri.path.replace(/\.reward\.cases\.jsonl$/, ".reward.ts") });

const isReward = ({ scheme, path }: vscode.Uri): boolean => scheme === "file" && path.endsWith(".reward.ts");
const isCases = ({ scheme, path }: vscode.Uri): boolean => scheme === "file" && path.endsWith(".reward.cases.jsonl");

/** Milliseconds without an edit before items follow it. */
const settled = 300;

export function testItems(controller: vscode.TestController, api: LabApi): TestItems {
  const files = new Map<string, FileItems>();

  function forget(uri: vscode.Uri): null {
    files.delete(uri.toString());
    controller.items.delete(uri.toString());
    return null;
  }

  function build(uri: vscode.Uri, list: CaseList): FileItems | null {
    if (list.cases.length === 0 && list.problems.length === 0) return forget(uri);
    const id = uri.toString();
    const casesUri = vscode.Uri.file(list.casesFile);
    const item = controller.items.get(id) ?? controller.createTestItem(id, vscode.workspace.asRelativePath(uri), uri);
    item.canResolveChildren = true;
    const [problem] = list.problems;
    item.error =
      problem === undefined
        ? undefined
        : `${vscode.workspace.asRelativePath(casesUri)}:${problem.line}:${problem.column}: ${problem.message}`;
    const cases: CaseItem[] = [];
    const rewards = list.rewards.flatMap(({ name, place }, order) => {
      const own = list.cases.filter(({ reward }) => reward === name);
      if (own.length === 0) return [];
      const reward = controller.createTestItem(`${id}#${name}`, name, place === null ? casesUri : uri);
      if (place !== null) reward.range = new vscode.Range(place.line, place.from, place.line, place.to);
      reward.sortText = String(order).padStart(6, "0");
      reward.children.replace(
        own.map(({ line, label, expected, key }) => {
          const one = controller.createTestItem(`${id}#${name}#${key}`, `${line}: ${label}`, casesUri);
          one.description = `expect ${expected}`;
          one.range = new vscode.Range(line - 1, 0, line - 1, 0);
          one.sortText = String(line).padStart(8, "0");
          cases.push({ item: one, reward: name, line });
          return one;
        }),
      );
      return [reward];
    });
    item.children.replace(rewards);
    controller.items.add(item);
    const built = { item, uri, casesUri, cases, problems: list.problems };
    files.set(id, built);
    return built;
  }

  async function refresh(uri: vscode.Uri): Promise<FileItems | null> {
    try {
      return build(uri, await api.ask("rewardCases", { uri: uri.toString() }));
    } catch (error) {
      // Outside of the workspace, or gone.
      log.debug(String(error));
      return forget(uri);
    }
  }

  const waiting = new Map<string, NodeJS.Timeout>();
  const soon = (uri: vscode.Uri): void => {
    const reward = isCases(uri) ? rewardUriOf(uri) : uri;
    const id = reward.toString();
    clearTimeout(waiting.get(id));
    waiting.set(
      id,
      setTimeout(() => {
        waiting.delete(id);
        void refresh(reward);
      }, settled),
    );
  };
  const look = (document: vscode.TextDocument): void => {
    if (isReward(document.uri) || isCases(document.uri)) soon(document.uri);
  };
  const watcher = vscode.workspace.createFileSystemWatcher("**/*.{reward.ts,reward.cases.jsonl}");
  const subscriptions = [
    watcher,
    watcher.onDidCreate(soon),
    watcher.onDidChange(soon),
    watcher.onDidDelete(soon),
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)),
  ];
  vscode.workspace.textDocuments.forEach(look);

  return {
    refresh,
    async all() {
      const found = await vscode.workspace.findFiles(casesPattern, excluded, 1000);
      const built = await Promise.all(found.map((uri) => refresh(rewardUriOf(uri))));
      return built.filter((one) => one !== null);
    },
    known: () => [...files.values()],
    dispose() {
      for (const timer of waiting.values()) clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
