/** esbuild has a process of its own do the work: when somebody ends that, it fails from then on, until it is told to start another. */
import { stop } from "esbuild";
import { ownTime } from "../shared/running-time";

const isGone = (error: unknown): boolean =>
  error instanceof Error && /^The service (?:was stopped|is no longer running)/.test(error.message);

const mostTries = 3;

/** Seconds of a build: one that reads what has no end takes for ever. */
const longestBuild = 120;

/** Counts the processes: of several builds that one has failed, the first has the next one started. */
let generation = 0;

/** Has a new process started for whatever is built next; the old one's builds fail. */
async function startAnew(): Promise<void> {
  generation++;
  await stop();
}

async function timed<T>(build: () => Promise<T>, seconds: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const takeBack = ownTime.after(seconds * 1000, () => {
    late.reject(new Error(`It takes longer than ${seconds} s to bundle`));
    void startAnew();
  });
  const result = build();
  // Once it is late, nobody waits for it.
  result.catch(() => undefined);
  try {
    return await Promise.race([result, late.promise]);
  } finally {
    takeBack();
  }
}

/** A build of esbuild; made again where its process has ended. `seconds`: that it may take. */
export async function builtAgain<T>(build: () => Promise<T>, seconds = longestBuild): Promise<T> {
  for (let tried = 1; ; tried++) {
    const own = generation;
    try {
      return await timed(build, seconds);
    } catch (error) {
      if (!isGone(error) || tried === mostTries) throw error;
      if (generation !== own) continue;
      await startAnew();
    }
  }
}
