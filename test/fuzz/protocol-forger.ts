/** Stands in place of a reward process: it answers as one does, and says before that whatever the groups that it is to score tell it to. */
import { writeSync } from "node:fs";
import * as z from "zod";
import { toRewardProcessSchema } from "../../server/protocol/rewards";
import { channelDescriptors, openParentChannel } from "../../server/shared/parent-channel";

const forged = z.object({ lines: z.array(z.string()) });

/** As they are, whole: the pipe may be full for a moment. */
function write(text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(channelDescriptors.write, bytes, done);
    } catch {
      // Full: the parent has not come to it yet.
    }
  }
}

const say = openParentChannel((data) => {
  const message = toRewardProcessSchema.safeParse(data).data;
  if (message?.type === "load") {
    const { lines } = forged.parse(JSON.parse(message.env?.["forged"] ?? '{"lines":[]}'));
    for (const line of lines) write(`${line}\n`);
    say({ type: "loaded", missing: false });
  } else if (message?.type === "ping") say({ type: "pong", id: message.id });
  else if (message?.type === "score")
    for (const [at, { completions, row }] of message.groups.entries()) {
      const group = message.first + at;
      for (const line of forged.parse(row).lines) write(`${line}\n`);
      const outcomes = completions.map(() => ({ kind: "score", score: 1, extras: {} }));
      say({ type: "scored", id: message.id, group, outcomes, started: 0, milliseconds: 0 });
    }
});
