/** How a person arranges the panels of the curves: which stand first, which are out of sight, how large they are. Kept by the page, and by the client for the next one. */
import * as z from "zod";

/** Pixels that a plot is high. */
export const panelHeights = { least: 120, usual: 190, most: 900, step: 40 } as const;
/** Columns of the page that a panel takes, where the page is that wide. */
export const mostPanelColumns = 4;

/** A metric's name holds that of a reward, which a person chooses. */
const id = z.string().max(1000);
const ids = z.array(id).max(2000).readonly().default([]);

export const panelLayoutSchema = z.object({
  /** Panels that were moved, and those around them, in order. Others stand behind the one that they usually follow. */
  order: ids,
  /** Stand before all others. */
  pinned: ids,
  hidden: ids,
  /** Metrics that the reader made a panel of. */
  own: ids,
  sizes: z
    .record(
      id,
      z.object({
        columns: z.int().min(1).max(mostPanelColumns).default(1),
        height: z.int().min(panelHeights.least).max(panelHeights.most).default(panelHeights.usual),
      }),
    )
    .readonly()
    .default({}),
});
export type PanelLayout = Readonly<z.infer<typeof panelLayoutSchema>>;
export type PanelSize = PanelLayout["sizes"][string];

export const usualLayout: PanelLayout = panelLayoutSchema.parse({});
export const usualSize: PanelSize = { columns: 1, height: panelHeights.usual };
