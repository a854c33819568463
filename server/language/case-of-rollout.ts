/** A rollout as a reward case: of which reward, with what it says of it, and the line that it becomes. */
import { basename, dirname } from "node:path";
import type { TraceTokensParams } from "../protocol/editor";
import type { CaseOffer } from "../protocol/cases";
import type { Handlers } from "../protocol/methods";
import type { RewardOutcome } from "../protocol/traces";
import { splitRewardReference } from "../recipes/check";
import { resolveFrom } from "../recipes/resolve-from";
import { recipeSchema } from "../recipes/schema";
import { expectationSchema, type Expectation } from "../rewards/case-schema";
import { caseLine, casesFile, expectationOf, expectationText, type RewardCase } from "../rewards/cases";
import { liesWithin } from "../files/paths-within";
import { recipeFileOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { scoreCase } from "../scoring/run-cases";
import { parseBoundedJson } from "../shared/bounded-json";
import { messageOf, UserError } from "../shared/user-error";
import type { TraceAsker } from "./ask-traces";
import type { CaseState } from "./case-methods";
import { folderOf } from "./request-guards";

export interface RolloutState extends CaseState {
  readonly traces: TraceAsker;
}

/** Reward files of a run's recipe, absolute, by the names of their rewards. */
export function rewardFilesOf(runFolder: string): ReadonlyMap<string, string> {
  const record = readRecord(runFolder);
  const recipe = recipeSchema.safeParse(record.recipe).data;
  if (!recipe) return new Map();
  const folder = dirname(recipeFileOf(runFolder, record));
  return new Map(
    recipe.rewards.map(({ function: reference }) => {
      const { file, name } = splitRewardReference(reference);
      return [name, resolveFrom(folder, file)];
    }),
  );
}

/** The file of one reward of a run. Throws a UserError where there is none in the workspace. */
export function rewardFileOfRun(state: CaseState, runFolder: string, name: string): string {
  const file = rewardFilesOf(runFolder).get(name);
  if (file === undefined) throw new UserError(`The recipe of ${basename(runFolder)} has no reward "${name}".`);
  folderOf(state, file);
  return file;
}

type Content = Pick<RewardCase, "prompt" | "completion" | "answer" | "row"> & {
  readonly recorded: Readonly<Record<string, RewardOutcome>>;
};

/** What a case takes from a rollout. Throws a UserError where it is not there. */
async function contentOf({ traces }: RolloutState, { sample, ...group }: TraceTokensParams): Promise<Content> {
  const found = await traces.ask("scoredGroup", group);
  const at = found?.samples.indexOf(sample) ?? -1;
  const completion = found?.group.completions[at];
  if (!found || completion === undefined) throw new UserError("This rollout is not in the traces any more.");
  const { prompt, answer, row } = found.group;
  // A case has them itself.
  const columns = Object.fromEntries(
    Object.entries(row).filter(
      ([name, value]) => !(name === "prompt" && value === prompt) && !(name === "answer" && value === answer),
    ),
  );
  return { prompt, completion, answer, row: columns, recorded: found.recorded[at] ?? {} };
}

/** What somebody typed. Throws a UserError for what is none of the forms. */
function expectationIn(text: string): Expectation {
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch {
    // The quotes are easily forgotten.
    value = text.trim();
  }
  const parsed = expectationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError('Write a number, [min, max] with the smaller number first, null or "error".');
}

export function rolloutMethods(state: RolloutState): Handlers<"caseOffer" | "caseText"> {
  return {
    caseOffer: async ({ reward, ...place }): Promise<CaseOffer> => {
      const workspaceFolder = folderOf(state, place.folder);
      const files = [...rewardFilesOf(place.folder)];
      const rewards = files.flatMap(([name, file]) =>
        state.folders().some((folder) => liesWithin(folder, file)) ? [name] : [],
      );
      if (reward === null) return { rewards, now: null, reason: null, recorded: null };
      const file = rewardFileOfRun(state, place.folder, reward);
      const content = await contentOf(state, place);
      const before = content.recorded[reward];
      const recorded = before === undefined ? null : expectationText(expectationOf(before));
      if (!state.trusted()) return { rewards, now: null, reason: "the workspace is not trusted", recorded };
      try {
        const { outcome } = await scoreCase(
          { workspaceFolder, file, installation: state.installation, nodePath: state.nodePath(), log: state.log },
          { ...content, reward, expect: null, line: 1 },
        );
        return { rewards, now: expectationText(expectationOf(outcome)), reason: null, recorded };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { rewards, now: null, reason: messageOf(error), recorded };
      }
    },
    caseText: async ({ reward, expect, ...place }) => {
      folderOf(state, place.folder);
      const file = rewardFileOfRun(state, place.folder, reward);
      const { prompt, completion, answer, row } = await contentOf(state, place);
      const line = caseLine({ reward, prompt, completion, answer, row, expect: expectationIn(expect) });
      return { file: casesFile(file), line };
    },
  };
}
