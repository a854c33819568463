/** What the page of an audit shows and how it gets it. */
import * as z from "zod";
import type { AuditFinding, AuditView } from "../../server/protocol/audit";
import { pageStateSchema } from "../../server/protocol/webviews";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";

const placeSchema = pageStateSchema.extend({
  /** URI of the reward file; null: none was audited in this panel. */
  reward: z.string().nullable(),
  /** Id of the finding that is open. */
  finding: z.string().nullable(),
  show: z.enum(["open", "all"]),
  scroll: z.number(),
});
export type AuditPlace = z.infer<typeof placeSchema>;

const start: AuditPlace = { run: null, stage: null, step: null, reward: null, finding: null, show: "open", scroll: 0 };

export interface AuditState {
  readonly place: AuditPlace;
  /** Undefined until the first answer is there; null: nothing is known, after a reload of the window say. */
  readonly view: AuditView | null | undefined;
  readonly running: boolean;
  /** Findings that became cases. */
  readonly cases: ReadonlySet<string>;
  readonly problem: string | null;
}

export interface AuditModel {
  readonly state: () => AuditState;
  readonly go: (change: Partial<AuditPlace>) => void;
  readonly keep: (change: Partial<AuditPlace>) => void;
  readonly again: () => void;
  readonly addCase: (finding: AuditFinding) => void;
  readonly openLine: (finding: AuditFinding) => void;
  readonly openSample: (finding: AuditFinding) => void;
  /** An empty reason: it is accepted no more. */
  readonly accept: (finding: AuditFinding, reason: string) => void;
  readonly pull: () => void;
}

export function auditModel(client: Client, port: HostPort, changed: () => void): AuditModel {
  const { state, set, move, keep, guard } = pageModel<AuditState>(port, changed, placeSchema, {
    place: start,
    view: undefined,
    running: false,
    cases: new Set(),
    problem: null,
  });
  const pull = serially(() =>
    guard(async () => {
      // The host says with the answer which reward it is about.
      await client.ask("listRuns", {});
      const uri = state().place.reward;
      const view = uri === null ? null : await client.ask("readAudit", { uri });
      set({ view, problem: null });
    }),
  );
  const asked = (what: "case" | "line", finding: AuditFinding): void =>
    void guard(async () => {
      const uri = state().place.reward;
      if (uri === null) return;
      await client.ask("withFinding", { uri, finding: finding.id, what });
      if (what === "case") set({ cases: new Set([...state().cases, finding.id]) });
    });
  return {
    state,
    go(change) {
      const other = change.reward !== undefined && change.reward !== state().place.reward;
      move(other ? { finding: null, ...change } : change);
      if (change.reward !== undefined) {
        if (other) set({ cases: new Set() });
        void pull();
      }
    },
    keep,
    again: () =>
      void guard(async () => {
        const uri = state().place.reward;
        if (uri === null) return;
        set({ running: true });
        try {
          await client.ask("auditAgain", { uri });
          set({ cases: new Set() });
        } finally {
          set({ running: false });
        }
        await pull();
      }),
    addCase: (finding) => asked("case", finding),
    openLine: (finding) => asked("line", finding),
    openSample: ({ place }) =>
      void guard(async () => {
        if (place === null) return;
        const { folder, stage, step, ...rollout } = place;
        await client.ask("openTraces", { folder, stage, step, rollout });
      }),
    accept: (finding, reason) =>
      void guard(async () => {
        const uri = state().place.reward;
        if (uri === null) return;
        set({ view: await client.ask("acceptFinding", { uri, finding: finding.id, reason }), problem: null });
      }),
    pull: () => void pull(),
  };
}

/** Findings as the page lists them: what was accepted is left out unless asked for. */
export function listed({ view, place }: AuditState): readonly AuditFinding[] {
  const all = view?.report.findings ?? [];
  return place.show === "all" ? all : all.filter(({ accepted }) => accepted === null);
}
