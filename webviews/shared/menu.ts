/** A menu of a page: opened at what was pressed, walked by the arrow keys, closed by Escape and by a press elsewhere. */

export interface MenuItem {
  readonly label: string;
  /** Of `@vscode/codicons`. */
  readonly icon: string;
  readonly run: () => void;
  readonly disabled?: boolean;
}

/** Items in groups, a line between them. Focus goes back to the anchor when the menu is closed by a key. */
export function openMenu(anchor: HTMLElement, label: string, groups: readonly (readonly MenuItem[])[]): void {
  document.querySelector(".menu")?.remove();
  const menu = document.createElement("div");
  menu.className = "menu";
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", label);
  const buttons: HTMLButtonElement[] = [];
  const close = (back: boolean): void => {
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("blur", away);
    if (back) anchor.focus();
  };
  const outside = (event: Event): void => {
    if (!(event.target instanceof Node && menu.contains(event.target))) close(false);
  };
  const away = (): void => close(false);
  for (const [at, items] of groups.filter((group) => group.length > 0).entries()) {
    if (at > 0) {
      const line = menu.appendChild(document.createElement("div"));
      line.className = "menu-line";
      line.setAttribute("role", "separator");
    }
    for (const item of items) {
      const button = menuButton(item, () => {
        close(true);
        item.run();
      });
      buttons.push(button);
      menu.append(button);
    }
  }
  const choose = (at: number): void => buttons.at(at % buttons.length)?.focus();
  menu.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (event.key === "ArrowDown") choose(at + 1);
    else if (event.key === "ArrowUp") choose(at <= 0 ? -1 : at - 1);
    else if (event.key === "Home") choose(0);
    else if (event.key === "End") choose(-1);
    else if (event.key === "Escape" || event.key === "Tab") close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.body.append(menu);
  place(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("blur", away);
  choose(0);
}

function menuButton({ label, icon, disabled = false }: MenuItem, press: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "menuitem");
  button.tabIndex = -1;
  button.setAttribute("aria-disabled", String(disabled));
  const picture = document.createElement("span");
  picture.className = `codicon codicon-${icon}`;
  picture.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  text.textContent = label;
  button.append(picture, text);
  button.addEventListener("click", () => {
    if (!disabled) press();
  });
  return button;
}

/** Below the anchor with its right edge, or wherever there is room. */
function place(menu: HTMLElement, anchor: HTMLElement): void {
  const { right, bottom, top } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const room = 4;
  const left = Math.max(room, Math.min(right - width, innerWidth - width - room));
  const below = bottom + height + room <= innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? bottom + 2 : Math.max(room, top - height - 2)}px`;
}

/** An icon that is pressed; the label is its tooltip and its accessible name. */
export function iconPress(icon: string, label: string, press: (button: HTMLButtonElement) => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button";
  button.title = label;
  button.setAttribute("aria-label", label);
  const picture = document.createElement("span");
  picture.className = `codicon codicon-${icon}`;
  picture.setAttribute("aria-hidden", "true");
  button.append(picture);
  button.addEventListener("click", () => press(button));
  return button;
}
