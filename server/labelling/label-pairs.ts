/** The pairs of a run that can be labelled. */
import { choosePairs } from "../labels/choose-pairs";
import { pairId, type PreferencePair } from "../labels/label";
import { openTraces } from "../runs/trace-reader";

/** Pairs that there are at first, and so many more when these are labelled: more than somebody labels in a day. */
const pairsAtOnce = 300;
/** Groups of a purpose that are looked through for them, newest first. */
const mostGroups = 3000;

/**
 * Pairs of training and of rejection sampling, never of held-out prompts: those of `labelled` that the run recorded, so that they stay when it goes
 * on, and of the newest other groups one pair each.
 */
export function labelPairs(folder: string, seed: number, labelled: readonly PreferencePair[]): PreferencePair[] {
  const byPrompt = Map.groupBy(labelled, ({ prompt }) => prompt);
  const traces = openTraces(folder);
  try {
    const all = { stage: null, step: null, group: null, text: "", where: "" } as const;
    const groups = (["train", "sampling"] as const).flatMap(
      (purpose) => traces.groups({ ...all, purpose }, 0, mostGroups).groups,
    );
    const known = new Map<string, PreferencePair>();
    for (const key of groups) {
      const marked = byPrompt.get(key.prompt);
      if (marked === undefined) continue;
      const completions = new Set(traces.group(key).map(({ completion }) => completion));
      for (const { prompt, a, b } of marked)
        if (completions.has(a) && completions.has(b)) known.set(pairId({ prompt, a, b }), { prompt, a, b });
    }
    const seen = new Set([...known.values()].map(({ prompt }) => prompt));
    const chosen: PreferencePair[] = [];
    // Counted from what is labelled, it would grow each time that the page is opened.
    const goal = pairsAtOnce * (Math.floor(known.size / pairsAtOnce) + 1);
    for (const key of groups) {
      if (known.size + chosen.length >= goal) break;
      if (seen.has(key.prompt)) continue;
      const completions = traces.group(key).map(({ completion }) => completion);
      const pairs = choosePairs([{ prompt: key.prompt, completions }], seed);
      // A group that says one thing only leaves its prompt to an older one.
      if (pairs.length > 0) seen.add(key.prompt);
      chosen.push(...pairs);
    }
    return [...known.values(), ...chosen];
  } finally {
    traces.close();
  }
}
