/** Answers what people say of a run, and writes it down. Nothing of a workspace is executed for it. */
import type { ListRunsResult } from "../protocol/editor";
import type { Handlers } from "../protocol/methods";
import { changeLabel, deleteStepNote, readAnnotations, writeStepNote } from "../runs/annotations";
import { UserError } from "../shared/user-error";

interface AnnotationState {
  readonly runs: () => ListRunsResult;
  readonly changed: () => void;
}

type AnnotationMethod = "readStepNotes" | "writeStepNote" | "deleteStepNote" | "labelRun";

export function annotationMethods({ runs, changed }: AnnotationState): Handlers<AnnotationMethod> {
  /** Only folders of runs that are listed are written into. */
  const listed = (folder: string): string => {
    if (!runs().some((run) => run.folder === folder)) throw new UserError(`The run ${folder} no longer exists.`);
    return folder;
  };
  const writing = <T>(write: () => T): T => {
    try {
      return write();
    } finally {
      changed();
    }
  };
  return {
    readStepNotes: ({ folder }) => readAnnotations(listed(folder)).steps,
    writeStepNote: ({ folder, note }) => writing(() => writeStepNote(listed(folder), note)),
    deleteStepNote: ({ folder, id }) => writing(() => deleteStepNote(listed(folder), id)),
    labelRun: ({ folder, label }) => {
      writing(() => changeLabel(listed(folder), label));
      return null;
    },
  };
}
