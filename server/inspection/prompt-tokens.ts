/** Ids of a prompt as the model read it. The store has its text; the tokenizer of a checkpoint of the run makes the ids of it once more. */
import { join } from "node:path";
import * as z from "zod";
import { isFile, readText, sizeLimits } from "../files/workspace-file";
import { createTokenizer, type Tokenizer } from "../models/tokenizer";
import type { TraceGroupParams } from "../protocol/editor";
import type { PromptTokens } from "../protocol/prompt-tokens";
import { latestCheckpoint, listCheckpoints } from "../runs/checkpoints";
import { checkpointsFolder } from "../runs/paths";
import { openTraces } from "../runs/trace-reader";
import { parseBoundedJson } from "../shared/bounded-json";
import { messageOf, UserError } from "../shared/user-error";

/** Tokens that are shown of a prompt. */
const mostTokens = 8000;

const addedSchema = z.object({
  added_tokens: z.array(z.object({ id: z.int(), special: z.boolean().default(false) })).default([]),
});

interface Read {
  readonly folder: string;
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly special: ReadonlySet<number>;
}

/** What a library makes of a damaged file is no sentence for people. */
function usable<T>(checkpoint: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The tokenizer of ${checkpoint} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

function readTokenizer(runFolder: string, stage: string): Read {
  const newest = listCheckpoints(runFolder).at(-1);
  const folder =
    latestCheckpoint(runFolder, stage) ?? (newest ? join(checkpointsFolder(runFolder), newest.name) : null);
  if (folder === null || !isFile(join(folder, "tokenizer.json")))
    throw new UserError(
      "No checkpoint of this run is left whose tokenizer could say the ids. The text is as it was recorded.",
    );
  const read = (name: string): string => readText(join(folder, name), sizeLimits.model);
  const file = read("tokenizer.json");
  const files = {
    "tokenizer.json": file,
    "tokenizer_config.json": read("tokenizer_config.json"),
    "chat_template.jinja": null,
    "generation_config.json": null,
  };
  // What ends a completion plays no part in a prompt.
  const tokenizer = usable(folder, () => createTokenizer(files, { eos: [0], pad: null }, folder));
  const { added_tokens } = usable(folder, () => addedSchema.parse(parseBoundedJson(file)));
  const special = new Set(added_tokens.flatMap((token) => (token.special ? [token.id] : [])));
  return { folder, name: folder.slice(checkpointsFolder(runFolder).length + 1), tokenizer, special };
}

/** Throws an Error for people where the prompt as the model read it is not stored, or no tokenizer is left. */
export function promptTokens({ folder, ...key }: TraceGroupParams): PromptTokens {
  const traces = openTraces(folder);
  let text: string | null | undefined;
  try {
    text = traces.group(key)[0]?.promptAsSeen;
  } finally {
    traces.close();
  }
  if (text === undefined) throw new UserError("This group is not in the traces any more.");
  if (text === null)
    throw new UserError("The prompt as the model read it is not stored: an older version recorded this run.");
  const { name, tokenizer, special } = readTokenizer(folder, key.stage);
  const ids = usable(join(checkpointsFolder(folder), name), () => tokenizer.encode(text));
  const same = tokenizer.decodeAll(ids) === text;
  return {
    tokens: ids.slice(0, mostTokens).map((id) => ({ id, text: tokenizer.texts[id] ?? "", special: special.has(id) })),
    count: ids.length,
    checkpoint: name,
    problem: same
      ? null
      : "These tokens do not spell the recorded prompt to the letter: its tokenizer may have been another.",
  };
}
