/** Brings the answer that a person writes into sight, and the keyboard to it: it stands above all rounds. Once the page is drawn as it was asked to be. */
export function focusDraft(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>("textarea[name=draft]")?.focus());
}
