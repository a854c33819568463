/** The line of a reward that pays for a text, as V8 counts what runs on it. */
import type { ScoreGroup } from "../protocol/rewards";
import { coverRollouts } from "../scoring/cover";
import { UserError } from "../shared/user-error";

type Where = Pick<Parameters<typeof coverRollouts>[0], "workspaceFolder" | "file" | "installation" | "nodePath">;

/** From 1; null where nothing can be counted here, of a sum of rewards, and where several returns ran. */
export async function lineThatRan(
  where: Where,
  { reward, group }: { readonly reward: string; readonly group: ScoreGroup },
): Promise<number | null> {
  try {
    const { files } = await coverRollouts({
      ...where,
      export: reward,
      samples: () => Promise.resolve({ groups: [group], notes: [] }),
    });
    const own = files.find(({ file }) => file === where.file);
    const ran = (own?.returns ?? []).filter((one) => one.count > 0 && one.reward === reward);
    const lines = new Set(ran.map(({ start }) => start.line + 1));
    return lines.size === 1 ? [...lines][0]! : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
