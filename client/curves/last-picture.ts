/** The picture that a page of curves is likely to ask for first: drawn as the last one was, where the same metrics are shown. */
import type { Method, Params, Result } from "../../server/protocol/methods";

type Picture = Params<"drawCurves">;

export interface LastPicture {
  /** What a page of this window asks. */
  readonly heard: (method: Method, params: unknown) => void;
  /** Of a run whose overview this is; null: none was drawn of such metrics. */
  readonly next: (folder: string, overview: Result<"readCurves">) => Picture | null;
}

export function lastPicture(): LastPicture {
  let last: Picture | null = null;
  return {
    heard(method, params) {
      if (method !== "drawCurves") return;
      const picture = params as Picture;
      // The first picture of a run: of all of it.
      if (picture.sources.length === 1 && picture.window === null && picture.known === null) last = picture;
    },
    next(folder, { metrics, shown, rows }) {
      if (last === null || rows === 0) return null;
      const there = new Set(metrics.map(({ key }) => key));
      if (last.series.some(({ key }) => !there.has(key))) return null;
      return { ...last, sources: [{ folder, stages: [...shown] }] };
    },
  };
}
