// Who is killed.

/** By name: its share, and which of the processes it means. */
const victims = {
  "the trainer": [3, (all, pick) => pick(all.filter(({ role }) => role === "trainer"))],
  "the supervisor": [3, (all, pick) => pick(all.filter(({ role }) => role === "supervisor" || role === "terminal"))],
  "a reward process": [4, (all, pick) => pick(all.filter(({ role }) => role === "reward"))],
  "a sandbox": [3, (all, pick) => pick(all.filter(({ role }) => role === "sandbox"))],
  "the watchdog": [2, (all, pick) => pick(all.filter(({ role }) => role === "watchdog"))],
  "the editor": [3, (all, pick) => pick(all.filter(({ role }) => role === "editor"))],
  "the bundler": [1, (all, pick) => pick(all.filter(({ role }) => role === "bundler"))],
  "the launcher or the reader of traces": [
    1,
    (all, pick) => pick(all.filter(({ role }) => role === "launcher" || role === "traces")),
  ],
  "several at once": [3, (all, pick, random) => all.filter(() => random() < 0.5)],
  "all but the watchdog": [1, (all) => all.filter(({ role }) => role !== "watchdog")],
  all: [2, (all) => all],
};

/** A choice among what runs; null: nothing does. */
export function chooseVictims(all, random) {
  const one = (list) => list[Math.floor(random() * list.length)];
  const pick = (list) => (list.length === 0 ? [] : [one(list)]);
  const found = Object.entries(victims).flatMap(([name, [share, choose]]) => {
    const processes = choose(all, pick, random);
    return processes.length === 0 ? [] : Array(share).fill({ name, processes });
  });
  return found.length === 0 ? null : one(found);
}

/** Whether a run ends with these. */
export const endsTheRun = (processes) =>
  processes.some(
    ({ role }) => role === "trainer" || role === "supervisor" || role === "terminal" || role === "launcher",
  );
