/** Models of the editor, as a run asks them that goes on without its window: through whichever window looks at it. */
import { setTimeout as pause } from "node:timers/promises";
import type { AskEditorModel } from "../processes/rewards/editor-models";
import { askWindows, takeAnswer, takeBack } from "../runs/live-questions";
import { UserError } from "../shared/user-error";

/** Milliseconds between looks for an answer. */
const interval = 150;

/** `isWatched`: whether a window looks at the run. */
export const windowModels =
  (runFolder: string, token: string, isWatched: () => boolean): AskEditorModel =>
  async (model, messages, signal) => {
    const open = (): void => {
      if (!isWatched())
        throw new UserError(
          `${model} is a model of the editor, and no window that looks at this run is open. Open the workspace in VS Code, or name an "endpoint".`,
        );
    };
    open();
    const id = askWindows(runFolder, token, { model, messages: [...messages] });
    try {
      for (;;) {
        signal.throwIfAborted();
        const answer = takeAnswer(runFolder, token, id);
        if (answer?.text != null) return answer.text;
        if (answer) throw new UserError(answer.message ?? "The editor gave no answer.");
        open();
        await pause(interval);
      }
    } finally {
      takeBack(runFolder, id);
    }
  };
