/** What Linux says of a process of this machine. */
import { readFileSync } from "node:fs";

export interface ProcessState {
  /** It has ended, and whoever started it has not noticed yet. */
  readonly ended: boolean;
  readonly parent: number;
  /** Hundredths of a second that it has computed, without what the system did for it. */
  readonly computed: number;
  /** When it was started, in a count of the system's: another process may get its number later. */
  readonly started: string;
}

/** Null: there is no such process, or the system does not tell. */
export function processState(pid: number): ProcessState | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  // `PID (NAME) STATE PARENT …`, where the name may hold anything; the time is the 14th, the start the 22nd.
  const fields = text.replace(/^.*\) /s, "").split(" ");
  const [state = "", parent] = fields;
  return {
    ended: /^[ZX]/.test(state),
    parent: Number(parent),
    computed: Number(fields[11]),
    started: fields[19] ?? "",
  };
}
