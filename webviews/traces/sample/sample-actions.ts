/** What can be done with samples: compare two, follow a prompt over the run, write on them, take them along. */
import { t } from "../../shared/l10n";
import * as z from "zod";
import type { PromptHistory } from "../../../server/protocol/prompt-history";
import type { PromptTokens } from "../../../server/protocol/prompt-tokens";
import type { VerdictSteps } from "../../../server/protocol/verdict-steps";
import type { RolloutNote } from "../../../server/protocol/rollout-notes";
import { rolloutPurposeSchema, type RolloutFormat, type RolloutSummary } from "../../../server/protocol/traces";
import { messageOf } from "../../../server/shared/user-error";
import type { Client } from "../../shared/client";

export const samplePlaceSchema = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  group: z.int(),
  sample: z.int(),
});
export type SamplePlace = z.infer<typeof samplePlaceSchema>;

export const samplePlace = ({ stage, step, purpose, group, sample }: SamplePlace): SamplePlace => ({
  stage,
  step,
  purpose,
  group,
  sample,
});

/** A sample with the folder of its run, or its file; null: of what is open. */
const placeOfSchema = samplePlaceSchema.extend({ of: z.string().nullable().default(null) });
export type PlaceOf = Readonly<z.infer<typeof placeOfSchema>>;
/** A sample as it is compared. */
export type ComparedSample = RolloutSummary & Pick<PlaceOf, "of">;

export const placeOf = (place: SamplePlace & Partial<Pick<PlaceOf, "of">>): PlaceOf => ({
  ...samplePlace(place),
  of: place.of ?? null,
});

export const samePlace = (left: SamplePlace, right: SamplePlace): boolean => keyOf(left) === keyOf(right);
const keyOf = ({ stage, step, purpose, group, sample }: SamplePlace): string =>
  JSON.stringify([stage, step, purpose, group, sample]);

/** Part of the page's place. */
export const samplesPlaceFields = {
  /** Two samples side by side; null: none are. */
  compare: z.object({ left: placeOfSchema, right: placeOfSchema }).nullable().default(null),
  /** A sample that waits to stand beside one of another group, step or run, and the run or file that it is of; null: none does. */
  held: samplePlaceSchema.extend({ of: z.string() }).nullable().default(null),
  /** Whether the open group's prompt is followed over the run. */
  history: z.boolean().default(false),
};
export interface SamplesPlace {
  readonly compare: { readonly left: PlaceOf; readonly right: PlaceOf } | null;
  readonly held: (SamplePlace & { readonly of: string }) | null;
  readonly history: boolean;
}

export interface SamplesState {
  /** The two that are compared, once they are there. */
  readonly compared: { readonly left: ComparedSample; readonly right: ComparedSample } | null;
  /** Of the open group's prompt; null: not asked, or not there yet. */
  readonly history: PromptHistory | null;
  /** Of the open group's prompt: its tokens, `asked`, or a sentence on why they are not known; null: nobody has asked. */
  readonly promptTokens: PromptTokens | string | null;
  readonly notes: readonly RolloutNote[];
  /** A sentence on notes that cannot be read; null: all can. */
  readonly notesProblem: string | null;
  /** Why a sample is right or wrong: of which, and what its verifier says, `asked`, or a sentence on why nobody knows; null: nobody asked. */
  readonly why: { readonly of: SamplePlace; readonly said: VerdictSteps | string } | null;
  /** What was done last, for a moment; null: nothing. */
  readonly told: { readonly text: string; readonly undo: (() => void) | null } | null;
}

export const noSamples: SamplesState = {
  compared: null,
  history: null,
  promptTokens: null,
  notes: [],
  notesProblem: null,
  why: null,
  told: null,
};

/** The sample that waits to be compared; `of` null: it is of the run or file that is open. Null: none waits, or its run is gone. */
export const heldSample = (state: Opened): PlaceOf | null => {
  const { held, file } = state.place;
  if (held === null) return null;
  if (held.of === openIn(state)) return { ...held, of: null };
  return file === null && state.runs.some(({ folder }) => folder === held.of) ? held : null;
};

/** Whether a sample of what is open is the one that is held. */
export const isHeld = (state: Opened, place: SamplePlace): boolean => {
  const held = heldSample(state);
  return held !== null && held.of === null && samePlace(held, place);
};

/** What of a page says which run or file is open. */
interface Opened {
  readonly place: Pick<SamplesPlace, "held"> & { readonly file: string | null };
  readonly run: { readonly folder: string } | null;
  readonly runs: readonly { readonly folder: string }[];
}
const openIn = ({ place, run }: Opened): string => place.file ?? run?.folder ?? "";

export const noteOf = (notes: readonly RolloutNote[], place: SamplePlace): RolloutNote | undefined =>
  notes.find((note) => samePlace(note, place));

/** The sample with the highest and the one with the lowest reward; null: rewards do not differ. */
export function bestAndWorst(
  samples: readonly RolloutSummary[],
): { readonly best: RolloutSummary; readonly worst: RolloutSummary } | null {
  const scored = samples.filter(({ reward }) => reward !== null).toSorted((a, b) => b.reward! - a.reward!);
  const [best] = scored;
  const worst = scored.at(-1);
  return best && worst && best.reward! > worst.reward! ? { best, worst } : null;
}

/** What the page's model has of a page. */
export interface SamplesContext {
  readonly state: () => Opened & {
    readonly place: SamplesPlace & { readonly group: Omit<SamplePlace, "sample"> | null };
    readonly samples: readonly RolloutSummary[] | null;
    readonly why: SamplesState["why"];
  };
  readonly set: (change: Partial<SamplesState>) => void;
  readonly move: (change: Partial<SamplesPlace>) => void;
  readonly withRun: (work: (folder: string) => Promise<void>) => void;
}

export interface SampleActions {
  /** Puts two samples side by side; null closes that. */
  readonly compare: (pair: SamplesPlace["compare"]) => void;
  /** Holds a sample for a comparison with one of another group, step or run; the one that is held is let go. */
  readonly hold: (place: SamplePlace) => void;
  readonly showHistory: (shown: boolean) => void;
  /** Reads the ids of the open group's prompt, where that was not done. */
  readonly askPromptTokens: () => void;
  /** Shows why a sample is right or wrong, or hides it again. */
  readonly askWhy: (place: SamplePlace) => void;
  readonly writeNote: (place: SamplePlace, note: Pick<RolloutNote, "tags" | "note">) => void;
  /** Appends a preference between two samples of a group to the label file. */
  readonly prefer: (chosen: RolloutSummary, rejected: RolloutSummary) => void;
  readonly copy: (place: SamplePlace, format: RolloutFormat) => void;
  readonly openRawRow: (place: SamplePlace) => void;
  readonly openPaidLine: (place: SamplePlace, reward: string) => void;
  readonly showInCurves: (place: Pick<SamplePlace, "stage" | "step">) => void;
}

/** Milliseconds that the page says what was done, and what can be undone. */
const toldFor = { done: 6000, undone: 30_000 } as const;

export function sampleActions(client: Client, { state, set, move, withRun }: SamplesContext) {
  let asked = 0;
  /** The group whose prompt's tokens are known or under way. */
  let asksPrompt = "";
  let silence: ReturnType<typeof setTimeout> | undefined;

  const tell = (text: string, undo: (() => void) | null = null): void => {
    clearTimeout(silence);
    silence = setTimeout(() => set({ told: null }), undo === null ? toldFor.done : toldFor.undone);
    set({ told: { text, undo } });
  };

  const sampleAt = async (open: string, place: PlaceOf): Promise<ComparedSample> => {
    const { sample, ...group } = samplePlace(place);
    const folder = place.of ?? open;
    const known = folder === open ? state().samples?.find((one) => samePlace(one, place)) : undefined;
    const found = known ?? (await client.ask("traceGroup", { folder, ...group })).find((one) => one.sample === sample);
    if (!found) throw new Error(t("This rollout is not in the traces any more."));
    return { ...found, of: place.of };
  };

  /** Brings what hangs on the place in line with it. */
  const refresh = async (folder: string): Promise<void> => {
    const ticket = ++asked;
    const { compare, history, group } = state().place;
    if (asksPrompt !== JSON.stringify([folder, group])) {
      const wasShown = asksPrompt !== "";
      asksPrompt = "";
      if (wasShown) actions.askPromptTokens();
    }
    if (compare === null) set({ compared: null });
    else {
      const [left, right] = await Promise.all([sampleAt(folder, compare.left), sampleAt(folder, compare.right)]);
      if (ticket === asked) set({ compared: { left, right } });
    }
    if (!history || group === null) set({ history: null });
    else {
      const { stage, step, purpose, group: index } = group;
      const found = await client.ask("promptHistory", { folder, stage, step, purpose, group: index });
      if (ticket === asked) set({ history: found });
    }
  };

  const readNotes = async (folder: string): Promise<void> => {
    const { notes, problem } = await client.ask("readNotes", { folder });
    set({ notes, notesProblem: problem });
  };

  const undoPreference = (id: string): void =>
    withRun(async (folder) => {
      const { file } = await client.ask("undoPreference", { folder, id });
      tell(t("The preference is taken back in {0}", file));
    });

  const actions: SampleActions = {
    compare: (compare) => {
      move({ compare });
      withRun(refresh);
    },
    hold: (place) => {
      const letGo = isHeld(state(), place);
      move({ held: letGo ? null : { ...samplePlace(place), of: openIn(state()) } });
      tell(letGo ? t("Let go") : t("Held: open another sample and press c, or choose it in Compare with…"));
    },
    showHistory: (history) => {
      move({ history });
      withRun(refresh);
    },
    askPromptTokens: () =>
      withRun(async (folder) => {
        const { group } = state().place;
        if (group === null || asksPrompt === JSON.stringify([folder, group])) return;
        const wanted = JSON.stringify([folder, group]);
        asksPrompt = wanted;
        set({ promptTokens: "asked" });
        const { stage, step, purpose, group: index } = group;
        const found = await client
          .ask("promptTokens", { folder, stage, step, purpose, group: index })
          .catch((error: unknown) => messageOf(error));
        if (asksPrompt === wanted) set({ promptTokens: found });
      }),
    askWhy: (place) =>
      withRun(async (folder) => {
        const of = samplePlace(place);
        const shown = state().why;
        if (shown !== null && samePlace(shown.of, of)) {
          set({ why: null });
          return;
        }
        set({ why: { of, said: "asked" } });
        const said = await client.ask("verdictSteps", { folder, ...of }).catch((error: unknown) => messageOf(error));
        if (state().why?.of === of) set({ why: { of, said } });
      }),
    writeNote: (place, note) =>
      withRun(async (folder) => {
        const { notes, problem } = await client.ask("writeNote", {
          folder,
          ...samplePlace(place),
          tags: [...note.tags],
          note: note.note,
        });
        set({ notes, notesProblem: problem });
      }),
    prefer: (chosen, rejected) =>
      withRun(async (folder) => {
        const { sample, ...group } = samplePlace(chosen);
        const pair = { folder, ...group, chosen: sample, rejected: rejected.sample };
        const { file, id, was } = await client.ask("addPreference", pair);
        const names = [sample, rejected.sample, file];
        if (was === "opposite")
          tell(t("#{0} over #{1}: in {2}, in place of your opposite preference", ...names), () =>
            actions.prefer(rejected, chosen),
          );
        else
          tell(
            was === "known"
              ? t("#{0} over #{1}: was in {2} already", ...names)
              : t("#{0} over #{1}: added to {2}", ...names),
            () => undoPreference(id),
          );
      }),
    copy: (place, format) =>
      withRun(async (folder) => {
        await client.ask("copyRollout", { folder, ...samplePlace(place), format });
        tell(t("Copied as {0}", format === "markdown" ? t("Markdown") : "JSON"));
      }),
    openRawRow: (place) =>
      withRun(async (folder) => {
        await client.ask("openRawRow", { folder, ...samplePlace(place) });
      }),
    openPaidLine: (place, reward) =>
      withRun(async (folder) => {
        await client.ask("openPaidLine", { folder, ...samplePlace(place), reward });
      }),
    showInCurves: ({ stage, step }) =>
      withRun(async (folder) => {
        await client.ask("openResult", { folder, result: { what: "curves", stage, step } });
      }),
  };
  return { actions, refresh, readNotes };
}
