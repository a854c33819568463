/**
 * Fuzzes the boundaries between processes: messages made from their schemas and changed. No handler throws, no process ends by what it hears, and
 * nothing is accepted that was not said.
 */
import { forgedReward, ownProcess, rewardProcess, sandbox, traceProcess } from "./protocol-processes";
import { lineFaults, schemaFaults } from "./protocol-schemas";
import { fuzz, fuzzOptions, type Outcome } from "./rounds";
import type { Random } from "./random";

const options = fuzzOptions();
/** Messages by themselves in a round. */
const batch = 200;

let messages = 0;
let processes = 0;

async function round(random: Random): Promise<Outcome> {
  for (let count = 0; count < batch; count++) {
    const outcome = random.chance(0.8) ? schemaFaults(random) : lineFaults(random);
    messages++;
    if (outcome.faults.length > 0) return outcome;
  }
  processes++;
  const kind = random.next();
  if (kind < 0.4) return forgedReward(options, random);
  if (kind < 0.5) return traceProcess(options, random);
  if (kind < 0.65) return rewardProcess(options, random);
  if (kind < 0.85) return sandbox(options, random);
  return ownProcess(options, kind < 0.93 ? "supervisor.js" : "trainer.js", random);
}

// What a handler throws would end a supervisor.
const thrown: string[] = [];
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (error: unknown) =>
    thrown.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );

void fuzz(
  "protocol",
  options,
  async (random) => {
    const outcome = await round(random);
    const astray = thrown.splice(0).map((what) => `A handler throws: ${what}`);
    return { ...outcome, faults: [...outcome.faults, ...astray] };
  },
  () => `${messages} messages, ${processes} processes`,
).finally(() => process.exit());
