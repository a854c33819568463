/** Reads run folders that its parent has damaged, and says what came of it. It is expected to hang and to end. */
import { basename } from "node:path";
import * as z from "zod";
import { operations } from "./folder-operations";
import { randomOf } from "./random";
import { unfitForPeople } from "./rounds";

const given = z.object({ folder: z.string(), seed: z.number() });

/** What is wrong with an error of an operation; null: nothing. */
function faultOf(name: string, folder: string, error: unknown): string | null {
  const told = (what: string): string =>
    `${name} ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  if (!(error instanceof Error)) return told("threw what is no error");
  const unfit = unfitForPeople(error.message);
  if (unfit !== null) return told(`threw an error that ${unfit}`);
  return error.message.includes(basename(folder)) ? null : told("threw an error that does not name the run");
}

/** Half of the operations, drawn: more damages in the same time. */
async function look({ folder, seed }: z.infer<typeof given>): Promise<string[]> {
  const random = randomOf(seed);
  const faults: string[] = [];
  for (const [name, work] of operations) {
    if (random.chance(0.5)) continue;
    process.send?.({ at: name });
    try {
      await work(folder);
    } catch (error) {
      const fault = faultOf(name, folder, error);
      if (fault !== null) faults.push(fault);
    }
  }
  return faults;
}

process.on("message", (data) => {
  void look(given.parse(data)).then((faults) => process.send?.({ faults }));
});
process.on("disconnect", () => process.exit());
