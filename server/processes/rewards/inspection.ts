/**
 * Looking into a reward process: a debugger that attaches to it, or a count of what ran. The process has the limits that it has in training, and an inspector
 * for whoever started it: one of its own, on the loopback, at an address that nobody can list. User code is kept from it as from everything of Node
 * (`rewards/native-doors.ts`).
 */

/** How one process is looked into. */
export type Inspection =
  | { readonly kind: "coverage" }
  | {
      readonly kind: "debugger";
      /** Told where the process waits for a debugger, before any code of the reward runs. */
      readonly listening: (address: string, module: string) => void;
    };

/** Flags of Node by which a process is looked into. */
export function inspectionFlags(inspection: Inspection | undefined): readonly string[] {
  if (inspection?.kind !== "debugger") return [];
  // By itself Node lists its address to whoever asks the port for it: then every process of this machine could have it run code.
  return ["--inspect-brk=127.0.0.1:0", "--inspect-publish-uid=stderr"];
}

/** What Node prints of its inspector, which is no output of a reward. */
const inspectorLine =
  /^(?:Debugger listening on (ws:\/\/127\.0\.0\.1:\d{1,5}\/[\w-]{1,64})|For help, see: https:\/\/nodejs\.org\/.*|Debugger attached\.|Debugger ending on ws:.*|Waiting for the debugger to disconnect\.\.\.)$/;

/** Takes what Node says of its inspector out of what a process prints, line by line. `found` is told of the first address. */
export function withoutInspector(found: (address: string) => void): (text: string) => string {
  let told = false;
  /** A line that has begun: it comes in pieces where the machine is busy. */
  let begun = "";
  return (text) => {
    const lines = `${begun}${text}`.split("\n");
    begun = lines.pop()!;
    return lines
      .filter((line) => {
        const match = inspectorLine.exec(line.trimEnd());
        const address = match?.[1];
        if (address !== undefined && !told) {
          told = true;
          found(address);
        }
        return match === null;
      })
      .join("\n");
  };
}
