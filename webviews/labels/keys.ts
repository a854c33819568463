/** What the keys of the labelling page do. */
import { t } from "../shared/l10n";
import type { LabelAction } from "./model";

export interface Action {
  readonly action: LabelAction;
  readonly label: string;
  /** As it stands on the button. */
  readonly key: string;
  readonly keys: readonly string[];
}

export const choices: readonly Action[] = [
  { action: "left", label: t("Left"), key: "← 1", keys: ["ArrowLeft", "1"] },
  { action: "tie", label: t("Tie"), key: "↓ 3", keys: ["ArrowDown", "3"] },
  { action: "right", label: t("Right"), key: "→ 2", keys: ["ArrowRight", "2"] },
  { action: "skip", label: t("Skip"), key: "↑ S", keys: ["ArrowUp", "s", "S"] },
];
export const undo: Action = { action: "undo", label: t("Undo"), key: "U", keys: ["u", "U"] };
export const tags: readonly Action[] = [
  { action: "helpful", label: t("Helpful"), key: "H", keys: ["h", "H"] },
  { action: "safe", label: t("Safe"), key: "F", keys: ["f", "F"] },
];

/** What a key does; null: nothing. */
export const actionOf = (key: string): LabelAction | null =>
  [...choices, undo, ...tags].find(({ keys }) => keys.includes(key))?.action ?? null;

/** Whether a text that has the focus takes the key for itself, to scroll what does not fit its box. */
export const isOfScroll = (
  key: string,
  { scrollHeight, clientHeight }: { readonly scrollHeight: number; readonly clientHeight: number },
): boolean => (key === "ArrowUp" || key === "ArrowDown") && scrollHeight > clientHeight;

/** Whether a drop-down that has the focus takes the key for itself: all of them while it is open. */
export const isOfSelect = (key: string, open: boolean): boolean => open || key === "ArrowUp" || key === "ArrowDown";
