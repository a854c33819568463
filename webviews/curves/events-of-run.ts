/** What happened to a run at its steps, as its record, its checkpoints and people say. */
import { t } from "../shared/l10n";
import type { StepNote } from "../../server/protocol/annotations";
import type { RunEntry } from "../../server/protocol/editor";
import type { RunEvent } from "../charts/run-events";

/** Characters of a note beside its mark; the list has all of it. */
const mostShown = 300;
const inShort = (text: string): string => (text.length > mostShown ? `${text.slice(0, mostShown)}…` : text);

export function runEvents({ checkpoints, record }: RunEntry, notes: readonly StepNote[]): RunEvent[] {
  return [
    ...checkpoints.map(({ name, stage, step }) => ({
      kind: "checkpoint" as const,
      stage,
      step,
      label: t("checkpoint {0}", name),
      note: null,
    })),
    ...(record?.resumes ?? []).map(({ time, stage, step }) => ({
      kind: "resume" as const,
      stage,
      step,
      label: t("resumed from here {0}", new Date(time).toLocaleString()),
      note: null,
    })),
    ...notes.map(({ id, stage, step, text }) => ({
      kind: "note" as const,
      stage,
      step,
      label: t("Note at step {0}: {1}", step, inShort(text)),
      note: id,
    })),
  ];
}
