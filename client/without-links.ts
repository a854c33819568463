/**
 * The same text to read, without links: a notification makes `[label](command:…)` a link that executes the command when it is clicked, and a
 * `run.json` may have been written by anybody.
 */
export const withoutLinks = (text: string): string => text.replaceAll("](", "]\u200b(");
