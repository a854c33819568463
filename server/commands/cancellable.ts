/** Work that Ctrl-C cancels, and that the network may fail. */
import { UnavailableError } from "../engine-setup/setup-error";
import { messageOf, UserError } from "../shared/user-error";
import { printError } from "../terminal/print";

/** Returns the exit code: 3 when this machine or its network lacks what it takes, 130 when it was cancelled. */
export async function cancellable(act: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const abort = new AbortController();
  const cancel = () =>
    abort.abort(new UserError("Cancelled. The next try continues from what was already downloaded."));
  process.once("SIGINT", cancel);
  process.once("SIGTERM", cancel);
  try {
    return await act(abort.signal);
  } catch (error) {
    const unavailable = error instanceof UnavailableError;
    if (!abort.signal.aborted && !unavailable) throw error;
    printError(messageOf(error));
    return abort.signal.aborted ? 130 : 3;
  } finally {
    process.off("SIGINT", cancel);
    process.off("SIGTERM", cancel);
  }
}
