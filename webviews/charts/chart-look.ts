/** How the reader looks at the charts of a page. */
import * as z from "zod";
import { panelLayoutSchema, usualLayout } from "../../server/protocol/panel-layout";

/** What the reader made of the charts of a page: kept with the page's place, so that it outlives a hidden tab and a reload. */
export const chartLookSchema = z.object({
  smoothing: z.number().min(0).max(0.99),
  /** Metrics whose lines are switched off. */
  hidden: z.array(z.string()).default([]),
  /** First and last x that all charts show; null: all there is. */
  zoom: z.tuple([z.number(), z.number()]).nullable().default(null),
  /** Panels that are shown as tables. */
  tables: z.array(z.string()).default([]),
  /** Whether values stand on a logarithmic scale. */
  log: z.boolean().default(false),
  /** Where and how large panels stand, on a page whose panels can be arranged. */
  layout: panelLayoutSchema.default(usualLayout),
});
export type ChartLook = z.infer<typeof chartLookSchema>;

/** Before the reader made anything of them. */
export const plainLook: ChartLook = {
  smoothing: 0,
  hidden: [],
  zoom: null,
  tables: [],
  log: false,
  layout: usualLayout,
};
