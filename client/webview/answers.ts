/** Answers what a page asks: of runs that the server lists, by asking the server; and what is to be opened beside the page. */
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import * as z from "zod";
import {
  methodsOf,
  type Asked,
  type Given,
  type Handlers,
  type PageMethod,
  type Params,
  type Result,
} from "../../server/protocol/methods";
import type { Ask } from "../../server/protocol/requests";
import { UserError } from "../../server/shared/user-error";
import type { KeptFilters } from "./keep-filters";
import type { KeptLayout } from "./keep-layout";

/** What a page asks of the server. */
export type Forwarded = Asked<"page → server">;
type Opening = Asked<"page → client">;

/** What a page may have opened beside itself, by what it asks for. */
export interface Openers {
  readonly traces: (place: Given<"openTraces">) => void;
  readonly source: (place: SourcePlace) => void;
  readonly glossary: (term: string) => void;
  readonly result: (place: Given<"openResult">) => void;
  readonly audit: (uri: string) => Promise<void>;
  readonly finding: (finding: Given<"withFinding">) => Promise<void>;
  readonly rewardChange: (change: Given<"openRewardChange">) => Promise<void>;
  readonly rewardSource: (source: Given<"openRewardSource">) => Promise<void>;
  readonly saveCase: (place: Given<"saveCase">) => void;
  readonly rolloutFile: (request: Given<"rolloutFile">) => Promise<Result<"rolloutFile">>;
  readonly debugRollout: (place: Given<"debugRollout">) => void;
  readonly copyLink: (workspaceFolder: string, place: Given<"copyLink">) => Promise<Result<"copyLink">>;
  readonly chooseTracker: () => Promise<Result<"chooseTracker">>;
  readonly withRuns: (what: Given<"withRuns">["what"], folders: readonly string[]) => Promise<void>;
  readonly layout: KeptLayout;
  readonly filters: KeptFilters;
  readonly saveFile: (file: Given<"saveFile">) => Promise<boolean>;
  readonly tryRollout: (place: Given<"tryRollout">) => void;
  readonly settings: (settings: Given<"applySettings">) => Promise<void>;
  readonly setting: (setting: Given<"openSetting">) => Promise<Result<"openSetting">>;
  readonly threshold: (threshold: Given<"openThreshold">) => Promise<void>;
  readonly paidLine: (place: Given<"openPaidLine">) => Promise<void>;
  readonly rawRow: (place: Given<"openRawRow">) => Promise<void>;
  readonly copyRollout: (place: Given<"copyRollout">) => Promise<void>;
}

/** A place in a file of the workspace; line and column count from 1. */
export interface SourcePlace {
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** Every question of a page names the run that it is about by its folder, or several ones, but for those about no run. */
const named = z.object({ folder: z.string().nullish() });
const runsOf = named.extend({ sources: z.array(named).optional(), runs: z.array(named).optional() });

/**
 * Only folders that the server lists are read, so that a page cannot point the server elsewhere. What is thrown is an Error with a message for people.
 */
export function pageAnswers(
  ask: Ask<Forwarded>,
  open: Openers,
  /** A file that the page is the editor of: it may be read, too. */
  own: string | null = null,
): Handlers<PageMethod> {
  let known = new Map<string, string>();
  const listRuns = async (): Promise<Result<"listRuns">> => {
    const runs = await ask("listRuns", {});
    known = new Map(runs.map((run) => [run.folder, run.workspaceFolder]));
    return runs;
  };
  /** The workspace folder of a run that the server lists; asks it again about one that is new. */
  const workspaceOf = async (folder: string): Promise<string> => {
    if (own !== null && folder === own) return dirname(own);
    if (!known.has(folder)) await listRuns();
    const workspace = known.get(folder);
    if (workspace === undefined) throw new UserError(`The run ${folder} no longer exists.`);
    return workspace;
  };
  const forwarding = async <Name extends Forwarded>(name: Name, params: Params<Name>): Promise<Result<Name>> => {
    const { sources = [], runs = [], ...own } = runsOf.parse(params);
    for (const { folder = null } of [own, ...sources, ...runs]) if (folder !== null) await workspaceOf(folder);
    return ask(name, params);
  };
  const forwarded = Object.fromEntries(
    methodsOf("page → server").map((name) => [name, (params: Params<typeof name>) => forwarding(name, params)]),
  ) as unknown as Handlers<Forwarded>;
  const opening: Handlers<Opening> = {
    openTraces: async (place) => {
      await workspaceOf(place.folder);
      open.traces(place);
      return null;
    },
    debugRollout: async (place) => {
      await workspaceOf(place.folder);
      open.debugRollout(place);
      return null;
    },
    tryRollout: async (place) => {
      await workspaceOf(place.folder);
      open.tryRollout(place);
      return null;
    },
    openPaidLine: async (place) => {
      await workspaceOf(place.folder);
      await open.paidLine(place);
      return null;
    },
    openRawRow: async (place) => {
      await workspaceOf(place.folder);
      await open.rawRow(place);
      return null;
    },
    copyRollout: async (place) => {
      await workspaceOf(place.folder);
      await open.copyRollout(place);
      return null;
    },
    applySettings: async (settings) => {
      await workspaceOf(settings.folder);
      await open.settings(settings);
      return null;
    },
    openSetting: async (setting) => {
      await workspaceOf(setting.folder);
      return open.setting(setting);
    },
    openThreshold: async (threshold) => {
      await open.threshold(threshold);
      return null;
    },
    saveCase: async (place) => {
      await workspaceOf(place.folder);
      open.saveCase(place);
      return null;
    },
    rolloutFile: async (request) => {
      await workspaceOf(request.folder);
      return open.rolloutFile(request);
    },
    auditAgain: async ({ uri }) => {
      await open.audit(uri);
      return null;
    },
    withFinding: async (finding) => {
      await open.finding(finding);
      return null;
    },
    openGlossary: ({ term }) => {
      open.glossary(term);
      return null;
    },
    openResult: async (place) => {
      await workspaceOf(place.folder);
      open.result(place);
      return null;
    },
    openRewardChange: async (change) => {
      await workspaceOf(change.folder);
      await open.rewardChange(change);
      return null;
    },
    openRewardSource: async (source) => {
      await workspaceOf(source.folder);
      await open.rewardSource(source);
      return null;
    },
    copyLink: async (place) => open.copyLink(await workspaceOf(place.folder), place),
    chooseTracker: () => open.chooseTracker(),
    readFilters: () => open.filters.read(),
    nameFilter: (filter) => open.filters.name(filter),
    keepFilters: async ({ filters }) => {
      await open.filters.keep(filters);
      return null;
    },
    withRuns: async ({ what, folders }) => {
      for (const folder of folders) await workspaceOf(folder);
      await open.withRuns(what, folders);
      return null;
    },
    readLayout: () => open.layout.read(),
    keepLayout: async ({ layout }) => {
      await open.layout.keep(layout);
      return null;
    },
    saveFile: async (file) => ({ saved: await open.saveFile(file) }),
    openSource: async ({ folder, file, line, column }) => {
      open.source({ path: fileWithin(await workspaceOf(folder), file), line, column });
      return null;
    },
  };
  return { ...forwarded, listRuns, ...opening };
}

/** Absolute path of a file that is named by its own path or by that from the workspace folder. Throws when it lies outside of the folder. */
export function fileWithin(workspace: string, file: string): string {
  const path = resolve(workspace, file);
  const inside = relative(workspace, path);
  if (inside === "" || isAbsolute(inside) || inside.split(sep)[0] === "..") {
    throw new UserError(`${file} is not in the workspace folder ${workspace}.`);
  }
  return path;
}
