/** The `lab/labels/…` methods: what is to be labelled, a label, and taking one back. */
import * as z from "zod";
import {
  giveLabel,
  givenLabelSchema,
  labelViewSchema,
  readLabelState,
  undoLabel,
  type LabelState,
} from "../protocol/labels";
import { labelSessions } from "../supervisor/label-session";
import type { Installation } from "../supervisor/installation";
import { folderOf, type Workspace } from "./request-guards";

const params = z.object({ folder: z.string(), view: labelViewSchema });

/** Handlers by method name. `labeller`: the setting `reasoningLab.labeller`. Labels are data: a workspace need not be trusted to be given some. */
export function labelMethods(
  workspace: Workspace,
  installation: Installation,
  labeller: () => Promise<string>,
): Readonly<Record<string, (params: unknown) => Promise<LabelState>>> {
  const sessions = labelSessions(installation, { labeller });
  const read = <T extends z.infer<typeof params>>(schema: z.ZodType<T>, given: unknown): T => {
    const parsed = schema.parse(given);
    folderOf(workspace, parsed.folder);
    return parsed;
  };
  return {
    [readLabelState]: (given) => {
      const { folder, view } = read(params, given);
      return sessions.read(folder, view);
    },
    [giveLabel]: (given) => {
      const { folder, view, label } = read(params.extend({ label: givenLabelSchema }), given);
      return sessions.give(folder, view, label);
    },
    [undoLabel]: (given) => {
      const { folder, view } = read(params, given);
      return sessions.undo(folder, view);
    },
  };
}
