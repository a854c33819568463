/** What the labelling page shows and how it gets it. */
import { t } from "../shared/l10n";
import * as z from "zod";
import {
  labelTags,
  labelViewSchema,
  type LabelKey,
  type LabelState,
  type LabelView,
} from "../../server/protocol/labels";
import type { RunEntry } from "../../server/protocol/editor";
import type { Client, HostPort } from "../shared/client";
import { pageModel } from "../shared/page-model";
import { chooseRun, hasPairs } from "../shared/run-labels";

export type LabelTag = (typeof labelTags)[number];
export type LabelAction = LabelKey | LabelTag | "undo";

const placeSchema = z.object({
  run: z.string().nullable(),
  view: labelViewSchema,
  /** What the next labels are about: it stays from pair to pair. */
  tags: z.array(z.enum(labelTags)),
});
type Place = z.infer<typeof placeSchema>;

const start: Place = { run: null, view: { pass: 1, order: "shuffled", rewardModel: null }, tags: [] };

export interface LabelsState {
  readonly place: Place;
  readonly runs: readonly RunEntry[];
  readonly run: RunEntry | null;
  /** Null until the first answer is there. */
  readonly labels: LabelState | null;
  /** Whether an answer is under way: what is pressed meanwhile counts for nothing. */
  readonly busy: boolean;
  /** What was done last, for people who cannot see the pair change. */
  readonly said: string;
  readonly problem: string | null;
}

export interface LabelsModel {
  readonly state: () => LabelsState;
  readonly go: (change: Partial<Pick<Place, "run">>) => void;
  readonly look: (change: Partial<LabelView>) => void;
  readonly act: (action: LabelAction) => void;
  readonly pull: () => void;
}

/** What a label says, for the page and for who hears it. */
export const said: Readonly<Record<LabelKey, string>> = {
  left: t("Left preferred."),
  right: t("Right preferred."),
  tie: t("A tie."),
  skip: t("Skipped."),
};

/** How long a page waits to ask again while the reward model is being asked, in milliseconds. */
const pause = 1000;

export function labelsModel(client: Client, port: HostPort, changed: () => void): LabelsModel {
  const { state, set, move, guard } = pageModel<LabelsState>(port, changed, placeSchema, {
    place: start,
    runs: [],
    run: null,
    labels: null,
    busy: false,
    said: "",
    problem: null,
  });

  /** One question at a time: a key that is pressed twice labels one pair. */
  async function asking(ask: (run: string, view: LabelView) => Promise<LabelState>, words = ""): Promise<void> {
    const { run, place, busy } = state();
    if (run === null || busy) return;
    set({ busy: true });
    await guard(async () => {
      const labels = await ask(run.folder, place.view);
      set({ labels, said: words, problem: null });
    });
    set({ busy: false });
    // What was chosen meanwhile is asked for now.
    if (state().place.view !== place.view || state().run !== run) await read();
    else if (state().labels?.asking) againLater();
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  function againLater(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // A label that is on its way asks again when it is there.
      if (state().labels?.asking && !state().busy) void read();
    }, pause);
  }
  const read = (): Promise<void> => asking((folder, view) => client.ask("readLabels", { folder, view }));

  const pull = (): Promise<void> =>
    guard(async () => {
      const runs = await client.ask("listRuns", {});
      set({ runs, run: chooseRun(runs, state().place.run, hasPairs), problem: null });
      await read();
    });

  function act(action: LabelAction): void {
    const { labels, place } = state();
    if (action === "helpful" || action === "safe") {
      const tags = labelTags.filter((tag) => (tag === action) !== place.tags.includes(tag));
      move({ tags });
      return;
    }
    if (action === "undo") {
      if (labels?.last) void asking((folder, view) => client.ask("undoLabel", { folder, view }), t("Undone."));
      return;
    }
    const pair = labels?.next?.pair;
    if (pair === undefined) return;
    const label = { pair, key: action, tags: [...place.tags] };
    void asking((folder, view) => client.ask("giveLabel", { folder, view, label }), said[action]);
  }

  return {
    state,
    go: ({ run = null }) => {
      const { place } = state();
      set({ place: { ...place, run, view: { ...place.view, pass: 1 } }, labels: null });
      void pull();
    },
    look: (change) => {
      move({ view: { ...state().place.view, ...change } });
      void read();
    },
    act,
    pull: () => void pull(),
  };
}
