/** Numbers that people type: one that is not used is marked, and its field says why. */
import { t } from "./l10n";

/** Marks a field whose text is not used, and says why; null: it is used. */
export function marked(field: HTMLInputElement, problem: string | null): void {
  field.setAttribute("aria-invalid", String(problem !== null));
  field.setCustomValidity(problem ?? "");
  if (problem !== null) field.reportValidity();
}

/** The number that was typed; null: what was typed is not used, and the field says why. `wrong` says it of a number. */
export function typedNumber(event: Event, wrong: (value: number) => string | null): number | null {
  const field = event.currentTarget as HTMLInputElement;
  const value = Number(field.value);
  const problem = field.value.trim() === "" || !Number.isFinite(value) ? t("Type a number.") : wrong(value);
  marked(field, problem);
  return problem === null ? value : null;
}

/**
 * Whether a field under `root` holds a number that is not used: the first is shown. `used`: what is, by the field's name; a field that shows it again is no
 * longer marked.
 */
export function refused(root: ParentNode, used: Readonly<Record<string, number>>): boolean {
  for (const field of root.querySelectorAll<HTMLInputElement>("input[aria-invalid=true]")) {
    if (field.value.trim() !== "" && Number(field.value) === used[field.name]) marked(field, null);
    else {
      field.focus();
      field.reportValidity();
      return true;
    }
  }
  return false;
}
