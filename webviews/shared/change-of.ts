import { html } from "./l10n";
import { nothing, type TemplateResult } from "lit";

/** `0.605 → 0.925`, the end in bold: what a stage changed. Null: only the end is known. */
export const changeOf = (before: string | null, after: string): TemplateResult =>
  html`${before === null ? nothing : `${before} → `}<b>${after}</b>`;
