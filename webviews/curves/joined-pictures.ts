/** Pictures of different origin (runs, files of other tools) as one: all on the same places, the sources of one after those of the other. */
import type { Drawn, Picture } from "./picture";

/** Each number stays at its place; where another picture has a place of its own there is none. Throws without a picture. */
export function joinedPictures(pictures: readonly Picture[]): Picture {
  const [first] = pictures;
  if (first === undefined) throw new Error("There is no picture to join.");
  if (pictures.length === 1) return first;
  const { x, places } = unionOf(pictures);
  const spread = <T>(values: readonly T[], at: readonly number[], none: T): T[] => {
    const spaced = new Array<T>(x.length).fill(none);
    for (const [index, value] of values.entries()) spaced[at[index]!] = value;
    return spaced;
  };
  const drawnAt = (column: Drawn, at: readonly number[]): Drawn => ({
    values: spread(column.values, at, null),
    line: column.line === null ? null : spread(column.line, at, null),
    left: column.left,
  });
  const ranges = pictures.flatMap(({ range }) => (range === null ? [] : [range]));
  let sources = 0;
  const unplaced: number[] = [];
  for (const picture of pictures) {
    unplaced.push(...picture.unplaced.map((source) => sources + source));
    sources += picture.columns.length;
  }
  return {
    version: pictures.map(({ version }) => version).join("\n"),
    width: Math.max(...pictures.map(({ width }) => width)),
    range:
      ranges.length === 0
        ? null
        : [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))],
    x,
    steps: spread(first.steps, places[0]!, 0),
    times: spread(first.times, places[0]!, 0),
    stages: spread(first.stages, places[0]!, ""),
    marks: first.marks,
    moreEdits: first.moreEdits,
    columns: pictures.flatMap(({ columns }, picture) =>
      columns.map(
        (column) =>
          new Map([...column].map(([name, drawn]): [string, Drawn] => [name, drawnAt(drawn, places[picture]!)])),
      ),
    ),
    unplaced,
  };
}

/** Places of all pictures in order, each once; and at which of them those of each picture stand. */
function unionOf(pictures: readonly Picture[]): { readonly x: number[]; readonly places: number[][] } {
  const x: number[] = [];
  const places = pictures.map((): number[] => []);
  const next = pictures.map(() => 0);
  for (;;) {
    let least = Number.POSITIVE_INFINITY;
    for (const [index, picture] of pictures.entries()) least = Math.min(least, picture.x[next[index]!] ?? least);
    if (least === Number.POSITIVE_INFINITY) return { x, places };
    for (const [index, picture] of pictures.entries())
      if (picture.x[next[index]!] === least) {
        places[index]!.push(x.length);
        next[index]!++;
      }
    x.push(least);
  }
}
