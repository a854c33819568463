/** What the page shows on which one talks to a checkpoint, and how it gets it. */
import { plural, t } from "../shared/l10n";
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import {
  playPromptSchema,
  playSettingsSchema,
  type PlayAnswer,
  type PlayRow,
  type PlaySettings,
  type PlaygroundState,
} from "../../server/protocol/playground";
import { gives } from "../../server/protocol/stage-kinds";
import { pageStateSchema, type Place } from "../../server/protocol/webviews";

import { messageOf } from "../../server/shared/user-error";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";
import { chooseRun } from "../shared/run-labels";
import { keptRounds, roundSchema, withChange, withNews, withRound, type Round } from "./rounds";

const placeSchema = pageStateSchema.extend({
  /** Folder name; null: what the run gives. */
  checkpoint: z.string().nullable(),
  asked: playPromptSchema,
  /** Gold answer; empty: none. */
  answer: z.string(),
  columns: z.string().nullable(),
  /** Number of the held-out row that comes next. */
  nextRow: z.int(),
  settings: playSettingsSchema.nullable(),
  rounds: z.array(roundSchema),
  /** Rounds that a reload loses, for want of room. */
  lost: z.int().default(0),
  /** An answer that is being written; null: none is. */
  draft: z.string().nullable(),
  /** The token whose numbers are open. */
  token: z.object({ round: z.int(), answer: z.int(), index: z.int() }).nullable(),
  scroll: z.number(),
});
export type PlaygroundPlace = z.infer<typeof placeSchema>;
export type TokenPlace = NonNullable<PlaygroundPlace["token"]>;

/** Milliseconds without a key after which a prompt is shown as the model sees it. */
const typingPause = 300;

const start: PlaygroundPlace = {
  run: null,
  stage: null,
  step: null,
  checkpoint: null,
  asked: { prompt: "" },
  answer: "",
  columns: null,
  nextRow: 0,
  settings: null,
  rounds: [],
  lost: 0,
  draft: null,
  token: null,
  scroll: 0,
};

export interface PlaygroundPage {
  readonly place: PlaygroundPlace;
  /** Undefined until the first answer is there. */
  readonly runs: readonly RunEntry[] | undefined;
  readonly run: RunEntry | null;
  /** Null while nothing is loaded. */
  readonly open: PlaygroundState | null;
  readonly loading: boolean;
  readonly rounds: readonly Round[];
  /** Rounds that were here and are gone, without anybody removing them. */
  readonly lost: number;
  /** The prompt as the model sees it; null: nobody asked. */
  readonly seen: { readonly text: string; readonly tokens: number } | null;
  /** Rounds whose answers are being scored. */
  readonly scoring: ReadonlySet<number>;
  readonly problem: string | null;
}

export interface PlaygroundModel {
  readonly state: () => PlaygroundPage;
  readonly keep: (change: Partial<PlaygroundPlace>) => void;
  readonly move: (change: Partial<PlaygroundPlace>) => void;
  /** Where somebody wants to be: a run, its checkpoint, a rollout whose prompt is taken over. */
  readonly show: (place: Place) => void;
  readonly chooseRun: (folder: string) => void;
  readonly chooseCheckpoint: (name: string) => void;
  /** A prompt that somebody types is of no row. */
  readonly typePrompt: (prompt: string) => void;
  readonly takeRow: () => void;
  /** Whether the prompt is shown as the model sees it; it follows the prompt then. */
  readonly see: (shown: boolean) => void;
  readonly set: (change: Partial<PlaySettings>) => void;
  readonly sample: () => void;
  /** Draws answers that begin as this one does: with its first `tokens` tokens, then `next` where it is given. */
  readonly drawFrom: (round: Round, answer: number, tokens: number, next?: { id: number; text: string }) => void;
  readonly stop: (round: Round) => void;
  /** Takes an answer, with the prompt that it is to, as a draft of one's own. */
  readonly edit: (round: Round, answer: PlayAnswer) => void;
  readonly readDraft: () => void;
  readonly score: (round: Round) => void;
  readonly remove: (round: Round) => void;
  readonly pull: () => void;
}

export function playgroundModel(client: Client, port: HostPort, changed: () => void): PlaygroundModel {
  const { state, set, keep, move, guard } = pageModel<PlaygroundPage>(port, changed, placeSchema, {
    place: start,
    runs: undefined,
    run: null,
    open: null,
    loading: false,
    rounds: [],
    lost: 0,
    seen: null,
    scoring: new Set(),
    problem: null,
  });
  set({ rounds: state().place.rounds, lost: state().place.lost });

  const change = (id: number, part: Partial<Round>): void => set({ rounds: withChange(state().rounds, id, part) });
  const keepRounds = (): void => {
    const { rounds, lost } = keptRounds(state().rounds);
    keep({ rounds, lost: state().lost + lost });
  };

  const load = async (run: RunEntry, checkpoint: string | null): Promise<void> => {
    set({ loading: true });
    try {
      const open = await client.ask("openPlayground", { folder: run.folder, checkpoint });
      set({ open, problem: null });
      if (sees) otherPrompt();
      keep({ run: run.folder, checkpoint: open.checkpoint, settings: state().place.settings ?? open.settings });
    } catch (error) {
      set({ open: null, problem: messageOf(error) });
    } finally {
      set({ loading: false });
    }
  };

  const pull = serially(() =>
    guard(async () => {
      // The host says with the answer where the reader wants to be.
      const runs = await client.ask("listRuns", {});
      const run = chooseRun(runs, state().place.run, (stage) => stage.step > 0 && gives(stage, "policy"));
      const other = run?.folder !== state().run?.folder;
      set({ runs, run, problem: other ? null : state().problem });
      if (run === null || (!other && state().open !== null)) return;
      await load(run, other && run.folder !== state().place.run ? null : state().place.checkpoint);
      for (const round of state().rounds)
        if (round.ticket !== null) void follow(round.id, round.run ?? run.folder, round.ticket, true);
    }),
  );

  /** Hears of a drawing until it is done. */
  const follow = async (id: number, folder: string, ticket: number, again: boolean): Promise<void> => {
    if (again) change(id, { answers: [] });
    try {
      for (let from = 0, done = false; !done;) {
        const news = await client.ask("readDrawn", { folder, ticket, from });
        const round = state().rounds.find((one) => one.id === id);
        if (!round) return;
        from = news.parts;
        ({ done } = news);
        change(id, { answers: withNews(round.answers, news.answers), problem: news.problem });
      }
    } catch (error) {
      change(id, { problem: messageOf(error) });
    }
    change(id, { ticket: null });
    keepRounds();
  };

  const begin = (
    how: string,
    asked: Pick<Round, "asked" | "answer" | "columns">,
    work: (round: Round, folder: string, checkpoint: string) => Promise<void>,
  ): void => {
    const { run, open } = state();
    if (run === null || open === null) return;
    const round: Round = {
      id: 1 + Math.max(0, ...state().rounds.map(({ id }) => id)),
      run: run.folder,
      checkpoint: open.checkpoint,
      ...asked,
      how,
      asking: true,
      ticket: null,
      answers: [],
      scores: null,
      problem: null,
    };
    const rounds = withRound(state().rounds, round);
    set({ rounds, lost: state().lost + state().rounds.length + 1 - rounds.length });
    void work(round, run.folder, open.checkpoint).catch((error: unknown) =>
      change(round.id, { asking: false, problem: messageOf(error) }),
    );
  };

  const shownPrompt = (): Pick<Round, "asked" | "answer" | "columns"> => {
    const { asked, answer, columns } = state().place;
    return { asked, answer: answer.trim() === "" ? null : answer, columns };
  };

  const draw = (how: string, asked: Pick<Round, "asked" | "answer" | "columns">, prefix: readonly number[]): void => {
    const { settings } = state().place;
    if (settings === null) return;
    begin(`${how}, ${settingsText(settings)}`, asked, async (round, folder, checkpoint) => {
      const { ticket } = await client.ask("drawAnswers", {
        folder,
        checkpoint,
        asked: round.asked,
        prefix: [...prefix],
        settings,
      });
      change(round.id, { asking: false, ticket });
      // The same seed would draw the same answers.
      move({ settings: { ...settings, seed: settings.seed + 1 } });
      keepRounds();
      await follow(round.id, folder, ticket, false);
    });
  };

  const score = async (id: number): Promise<void> => {
    const { run, rounds } = state();
    const round = rounds.find((one) => one.id === id);
    if (run === null || !round) return;
    set({ scoring: new Set([...state().scoring, id]) });
    try {
      const scores = await client.ask("scoreAnswers", {
        // By the rewards of the run that it is of, whichever is chosen by now.
        folder: round.run ?? run.folder,
        prompt: round.asked.prompt,
        answer: round.answer,
        columns: round.columns,
        completions: round.answers.map(({ completion }) => completion),
      });
      change(id, { scores, problem: null });
    } catch (error) {
      change(id, { problem: messageOf(error) });
    }
    set({ scoring: new Set([...state().scoring].filter((other) => other !== id)) });
    keepRounds();
  };

  let sees = false;
  /** What is asked of the server again and again while somebody types waits for a pause. */
  let typing: ReturnType<typeof setTimeout> | undefined;
  const look = (): void =>
    void guard(async () => {
      const { run, open, place } = state();
      if (run === null || open === null) return;
      const { asked } = place;
      const { text, ids } = await client.ask("seePrompt", { folder: run.folder, checkpoint: open.checkpoint, asked });
      // Meanwhile another one may stand there, which is asked for by itself.
      if (state().place.asked === asked) set({ seen: { text, tokens: ids.length }, problem: null });
    });
  const otherPrompt = (): void => {
    set({ seen: null });
    clearTimeout(typing);
    if (sees) typing = setTimeout(look, typingPause);
  };

  const take = (row: PlayRow): void => {
    move({
      asked: { prompt: row.prompt, ...(row.conversation ? { conversation: row.conversation } : {}) },
      answer: row.answer,
      columns: row.columns,
    });
    otherPrompt();
  };

  return {
    state,
    keep,
    move,
    show({ run, checkpoint, stage, step, rollout }) {
      if (run === null) return;
      const other = run !== state().place.run;
      keep({ run, checkpoint: checkpoint ?? (other ? null : state().place.checkpoint) });
      if (checkpoint !== undefined || other) set({ open: null, run: other ? null : state().run });
      void pull();
      if (rollout && stage !== null && step !== null)
        void guard(async () => {
          const { purpose, group } = rollout;
          take(await client.ask("rowOfGroup", { folder: run, stage, step, purpose, group }));
        });
    },
    chooseRun(folder) {
      keep({ run: folder, checkpoint: null });
      void pull();
    },
    chooseCheckpoint: (name) =>
      void guard(async () => {
        const { run } = state();
        if (run !== null) await load(run, name);
      }),
    typePrompt: (prompt) => {
      move({ asked: { prompt }, columns: null });
      otherPrompt();
    },
    takeRow: () =>
      void guard(async () => {
        const { run, open, place } = state();
        if (run === null || open === null) return;
        const row = await client.ask("heldOutRow", {
          folder: run.folder,
          checkpoint: open.checkpoint,
          number: place.nextRow,
        });
        set({ problem: null });
        take(row);
        keep({ nextRow: (place.nextRow + 1) % row.of });
      }),
    see: (shown) => {
      sees = shown;
      if (shown) look();
    },
    set(part) {
      const { settings } = state().place;
      if (settings !== null) move({ settings: { ...settings, ...part } });
    },
    sample: () => draw("sampled", shownPrompt(), []),
    drawFrom(round, index, tokens, next) {
      const answer = round.answers[index];
      if (!answer) return;
      // Ids of tokens are those of its model.
      if (round.run !== null && round.run !== state().run?.folder) {
        change(round.id, { problem: t("Choose the run of these answers above to draw again from them.") });
        return;
      }
      const prefix = answer.tokens.slice(0, tokens).map(({ id }) => id);
      const chosen = next ? t(" with {0}", JSON.stringify(next.text)) : "";
      const { asked, answer: gold, columns } = round;
      draw(
        t("from token {0} of #{1}{2}", tokens + 1, index + 1, chosen),
        { asked, answer: gold, columns },
        next ? [...prefix, next.id] : prefix,
      );
    },
    stop: ({ run: own, ticket }) =>
      void guard(async () => {
        const folder = own ?? state().run?.folder;
        if (folder !== undefined && ticket !== null) await client.ask("stopDrawing", { folder, ticket });
      }),
    edit({ asked, answer, columns }, { completion }) {
      move({ draft: completion, asked, answer: answer ?? "", columns });
      otherPrompt();
    },
    readDraft() {
      const { draft } = state().place;
      if (draft === null) return;
      begin(t("written by hand, numbers of temperature 1"), shownPrompt(), async (round, folder, checkpoint) => {
        const answer = await client.ask("readWritten", { folder, checkpoint, asked: round.asked, text: draft });
        change(round.id, { asking: false, answers: [answer] });
        await score(round.id);
      });
    },
    score: (round) => void score(round.id),
    remove(round) {
      set({ rounds: state().rounds.filter(({ id }) => id !== round.id) });
      keepRounds();
    },
    pull: () => void pull(),
  };
}

export function settingsText({ samples, temperature, top_k, top_p, min_p, seed }: PlaySettings): string {
  return [
    plural(samples, "answer"),
    temperature === 0 ? "greedy" : t("temperature {0}", temperature),
    ...(top_k > 0 ? [t("top_k {0}", top_k)] : []),
    ...(top_p < 1 ? [t("top_p {0}", top_p)] : []),
    ...(min_p > 0 ? [t("min_p {0}", min_p)] : []),
    ...(temperature === 0 ? [] : [t("seed {0}", seed)]),
  ].join(", ");
}
