/** What a panel is arranged by: a grip that moves it, a pin, a menu, a corner that resizes it; each by mouse and by keyboard. */
import { t } from "../shared/l10n";
import { panelHeights, type PanelLayout, type PanelSize } from "../../server/protocol/panel-layout";
import { iconPress, openMenu, type MenuItem } from "../shared/menu";
import type { Chart } from "./chart";
import type { ChartSpec } from "./chart-spec";
import { hiddenTo, movedBeside, movedBy, ownTo, pinnedTo, sizedTo, sizeOf } from "./panel-order";

/** The panels around one, as they stand now. */
export interface PanelPlace {
  readonly layout: () => PanelLayout;
  /** Ids of the panels of its container, in order. */
  readonly shown: () => readonly string[];
  /** Columns that the container has room for. */
  readonly columns: () => number;
  readonly arrange: (layout: PanelLayout) => void;
  /** What else the menu of a panel offers. */
  readonly more: (id: string) => readonly (readonly MenuItem[])[];
}

export interface PanelFrame {
  /** Takes the place and the size that the layout gives it. */
  update(): void;
}

export function panelFrame(spec: ChartSpec, chart: Chart, place: PanelPlace): PanelFrame {
  const { id, title } = spec;
  const { element, header } = chart;
  const isPinned = (): boolean => place.layout().pinned.includes(id);
  const size = (): PanelSize => sizeOf(place.layout(), id);
  const resize = (wanted: Partial<PanelSize>): void => place.arrange(sizedTo(place.layout(), id, wanted));
  const move = (places: number): void => place.arrange(movedBy(place.layout(), place.shown(), id, places));

  const grip = iconPress("gripper", t("Move {0}: drag, or arrow keys", title), () => undefined);
  grip.classList.add("grip");
  grip.addEventListener("keydown", (event) => {
    const places = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (places === undefined) return;
    event.preventDefault();
    move(places);
  });
  dragging(grip, element, (beside, after) =>
    place.arrange(movedBeside(place.layout(), place.shown(), id, { beside, after })),
  );

  const pin = iconPress("pin", "", () => place.arrange(pinnedTo(place.layout(), id, !isPinned())));
  pin.classList.add("pin");
  const own = (): string | null => (place.layout().own.some((metric) => ownPanel(metric) === id) ? id : null);
  const menu = iconPress("ellipsis", t("More of {0}", title), (button) => {
    const { columns, height } = size();
    openMenu(button, t("Panel {0}", title), [
      [
        { label: t("Move Earlier"), icon: "arrow-up", run: () => move(-1) },
        { label: t("Move Later"), icon: "arrow-down", run: () => move(1) },
      ],
      [
        { label: t("Wider"), icon: "arrow-right", run: () => resize({ columns: columns + 1 }) },
        {
          label: t("Narrower"),
          icon: "arrow-left",
          disabled: columns === 1,
          run: () => resize({ columns: columns - 1 }),
        },
        { label: t("Taller"), icon: "unfold", run: () => resize({ height: height + panelHeights.step }) },
        {
          label: t("Shorter"),
          icon: "fold",
          disabled: height <= panelHeights.least,
          run: () => resize({ height: height - panelHeights.step }),
        },
      ],
      ...place.more(id),
      [
        own() === null
          ? { label: t("Hide"), icon: "eye-closed", run: () => place.arrange(hiddenTo(place.layout(), id, true)) }
          : {
              label: t("Remove Panel"),
              icon: "close",
              run: () => place.arrange(ownTo(place.layout(), metricOf(id), false)),
            },
      ],
    ]);
  });
  menu.setAttribute("aria-haspopup", "menu");
  menu.setAttribute("aria-expanded", "false");
  menu.classList.add("more-of");
  header.prepend(grip);
  header.append(pin, menu);

  const corner = iconPress("arrow-both", t("Size of {0}: drag, or arrow keys", title), () => undefined);
  corner.className = "corner";
  corner.addEventListener("keydown", (event) => {
    const { columns, height } = size();
    const changes: Record<string, Partial<PanelSize>> = {
      ArrowRight: { columns: columns + 1 },
      ArrowLeft: { columns: columns - 1 },
      ArrowDown: { height: height + panelHeights.step },
      ArrowUp: { height: height - panelHeights.step },
    };
    const wanted = changes[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    resize(wanted);
  });
  stretching(corner, element, size, place.columns, resize);
  element.append(corner);

  return {
    update: () => {
      const { columns, height } = size();
      element.style.gridColumn = `span ${Math.min(columns, place.columns())}`;
      chart.resize(height);
      const pinned = isPinned();
      pin.setAttribute("aria-pressed", String(pinned));
      const label = pinned ? t("Unpin {0}", title) : t("Pin {0}: it stands first", title);
      pin.title = label;
      pin.setAttribute("aria-label", label);
      pin.firstElementChild?.setAttribute("class", `codicon codicon-${pinned ? "pinned" : "pin"}`);
      element.classList.toggle("pinned", pinned);
    },
  };
}

const ownPrefix = "own:";
/** Id of the panel of a metric that the reader made. */
export const ownPanel = (metric: string): string => `${ownPrefix}${metric}`;
const metricOf = (id: string): string => id.slice(ownPrefix.length);

/** Moves a panel to where the pointer lets it go. */
function dragging(grip: HTMLElement, element: HTMLElement, drop: (beside: string, after: boolean) => void): void {
  let target: { readonly panel: HTMLElement; readonly after: boolean } | null = null;
  const show = (next: typeof target): void => {
    target?.panel.removeAttribute("data-drop");
    target = next;
    target?.panel.setAttribute("data-drop", target.after ? "after" : "before");
  };
  const end = (): void => {
    show(null);
    element.classList.remove("dragged");
  };
  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    grip.setPointerCapture(event.pointerId);
    element.classList.add("dragged");
  });
  grip.addEventListener("pointermove", (event) => {
    if (!element.classList.contains("dragged")) return;
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-chart]");
    if (!under || under === element || under.parentElement !== element.parentElement) {
      show(null);
      return;
    }
    const { left, width } = under.getBoundingClientRect();
    show({ panel: under, after: event.clientX > left + width / 2 });
  });
  grip.addEventListener("pointerup", () => {
    const found = target;
    end();
    const beside = found?.panel.dataset["chart"];
    if (found !== null && beside !== undefined) drop(beside, found.after);
  });
  grip.addEventListener("pointercancel", end);
  grip.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end();
  });
}

/** Resizes a panel while its corner is dragged: by whole columns, and by pixels of height. */
function stretching(
  corner: HTMLElement,
  element: HTMLElement,
  size: () => PanelSize,
  columns: () => number,
  resize: (wanted: Partial<PanelSize>) => void,
): void {
  let from: { readonly x: number; readonly y: number; readonly width: number; readonly size: PanelSize } | null = null;
  corner.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    corner.setPointerCapture(event.pointerId);
    const now = size();
    const span = Math.min(now.columns, columns());
    from = { x: event.clientX, y: event.clientY, width: element.offsetWidth / span, size: { ...now, columns: span } };
  });
  corner.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const wanted = {
      columns: Math.min(columns(), from.size.columns + Math.round((event.clientX - from.x) / from.width)),
      height: from.size.height + event.clientY - from.y,
    };
    resize(wanted);
  });
  const end = (): void => void (from = null);
  corner.addEventListener("pointerup", end);
  corner.addEventListener("pointercancel", end);
}
