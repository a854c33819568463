/** What a chart shows. */

export interface SeriesSpec {
  /** Name of the metric. */
  readonly key: string;
  readonly label: string;
  /** The metric of the chart that this line is beside: in its colour, dashed. Unset: a line of its own. */
  readonly beside?: string;
  /** Number of its colour and dash, where that is not its place among the lines. */
  readonly style?: number;
  /** What others are compared with: a thick line in the colour of text. */
  readonly baseline?: boolean;
  /** Metrics of the edges of a band around it. */
  readonly edges?: { readonly low: string; readonly high: string };
}

/** A shaded range: `center ± spread`, or from `low` to `high`; all names of metrics. */
export type BandSpec =
  | { readonly kind: "spread"; readonly center: string; readonly spread: string; readonly label: string }
  | { readonly kind: "range"; readonly low: string; readonly high: string; readonly label: string };

/** Column of an edge of `center ± spread`. */
export const edgeName = (
  { center, spread }: Extract<BandSpec, { readonly kind: "spread" }>,
  side: "low" | "high",
): string => `${side}\n${center}\n${spread}`;

export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  readonly series: readonly SeriesSpec[];
  readonly band: BandSpec | null;
  /** Fixed limits of the value axis, for shares. */
  readonly limits: readonly [number, number] | null;
  /** Values stand far apart (evaluations): draw points and join them across the steps between. */
  readonly sparse: boolean;
  readonly note: string | null;
}
