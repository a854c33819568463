/** The pictures of one run, asked for as they are needed: of new rows only what is new, of a zoom the part that is in sight. */
import type { CurveAxis, CurveOverview, CurvePictureRequest, CurveSeries } from "../../server/protocol/curves";
import type { ChartLook } from "../charts/chart-look";
import type { ChartSpec } from "../charts/chart-spec";
import type { CurveReader } from "./curve-reader";
import { goOnFrom, grown, pictureOf, refined, seriesName, seriesOf, type Picture } from "./picture";

export interface Wanted {
  /** Stages that are drawn, and metrics that there are. */
  readonly overview: Pick<CurveOverview, "shown" | "metrics">;
  readonly specs: readonly ChartSpec[];
  readonly pixels: number;
  readonly look: Pick<ChartLook, "smoothing" | "zoom" | "log">;
  readonly axis: CurveAxis;
}

export interface Pictures {
  /** Asks for what is missing; what there is then. */
  draw(wanted: Wanted): Promise<Picture>;
  /** Whether these charts need what was not asked for yet. */
  lacks(specs: readonly ChartSpec[], pixels: number): boolean;
}

/** Of what is in sight, how much is asked for on each side beyond it: for who drags it. */
const margin = 1;

/** Series of one request. */
const mostSeries = 200;

/** What panels can be drawn of, by the numbers that there are. */
function drawable(specs: readonly ChartSpec[], { metrics }: Pick<CurveOverview, "metrics">): CurveSeries[] {
  const there = new Set(metrics.map(({ key }) => key));
  return seriesOf(specs).filter(({ key, edge }) => there.has(key) && (edge === null || there.has(edge.spread)));
}

/** Lines that stay undrawn, because one picture has no more. */
export const undrawn = (specs: readonly ChartSpec[], overview: Pick<CurveOverview, "metrics">): number =>
  Math.max(0, drawable(specs, overview).length - mostSeries);

interface Kept {
  /** What makes two pictures fit together. */
  readonly of: string;
  readonly series: readonly CurveSeries[];
  readonly picture: Picture;
}

export function runPictures(reader: Pick<CurveReader, "picture">): Pictures {
  let whole: Kept | null = null;
  let part: (Kept & { readonly window: readonly [number, number]; readonly end: number }) | null = null;
  let asked = new Set<string>();
  let askedPixels = 0;

  const ask = async (
    stages: readonly string[],
    request: Omit<CurvePictureRequest, "series" | "known">,
    series: readonly CurveSeries[],
    known: CurvePictureRequest["known"] = null,
  ) => reader.picture(stages, { ...request, series: [...series], known });

  return {
    lacks: (specs, pixels) => pixels > askedPixels || seriesOf(specs).some((one) => !asked.has(seriesName(one))),
    async draw({ overview, specs, pixels, look, axis }) {
      const { shown } = overview;
      const series = drawable(specs, overview).slice(0, mostSeries);
      asked = new Set(seriesOf(specs).map(seriesName));
      askedPixels = pixels;
      const request = { axis, smoothing: look.smoothing, positive: look.log, window: null, pixels };
      const of = JSON.stringify([shown, request, series]);
      const before = whole?.of === of ? whole.picture : null;
      const from = before === null ? null : goOnFrom(before);
      const known = before === null || from === null ? null : { version: before.version, width: before.width, from };
      const answer = await ask(shown, request, series, known);
      const next = pictureOf(answer, series);
      const picture = before !== null && answer.from !== null ? grown(before, answer.from, next) : next;
      whole = { of, series, picture };
      const { zoom } = look;
      if (zoom === null || picture.width === 0 || picture.range === null) {
        part = null;
        return picture;
      }
      const span = zoom[1] - zoom[0];
      const end = picture.range[1];
      const covered =
        part?.of === of &&
        part.picture.version === picture.version &&
        part.window[0] <= Math.max(zoom[0], picture.range[0]) &&
        part.window[1] >= Math.min(zoom[1], end) &&
        part.window[1] - part.window[0] <= (1 + 4 * margin) * span &&
        (part.end === end || part.window[1] < part.end);
      if (!covered) {
        const window: [number, number] = [zoom[0] - margin * span, zoom[1] + margin * span];
        const wide = Math.min(8192, Math.round((1 + 2 * margin) * pixels));
        const finer = await ask(shown, { ...request, window, pixels: wide }, series);
        part = { of, series, window, end, picture: pictureOf(finer, series) };
      }
      return refined(picture, part?.picture ?? null);
    },
  };
}
