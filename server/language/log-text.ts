/** What goes to the log of the editor: text of runs, rewards and data among it. */
import { named } from "../shared/unseen";

/** With what is not seen named, and every further line set in: none of it looks like an entry of the log. */
export const logText = (text: string): string => named(text).replaceAll(/\r?\n/g, "\n    ");
