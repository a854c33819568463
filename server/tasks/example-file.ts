/** Examples to learn from out of a JSONL file: `prompt` and `completion`, or `messages` as chats have them. */
import { readFileSync } from "node:fs";
import * as z from "zod";

export interface FileExample {
  readonly prompt: string;
  readonly completion: string;
  /** Gold answer; null: the file has none. */
  readonly answer: string | null;
}

const answer = z.union([z.string(), z.number().transform(String)]).nullish();
const plainSchema = z.object({ prompt: z.string().min(1), completion: z.string().min(1), answer });
const messageSchema = z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() });
const chatSchema = z.object({ messages: z.array(messageSchema), answer });

/** One turn of a user and the assistant's answer to it. Longer chats have no prompt that a task could ask. */
function fromMessages(messages: readonly z.infer<typeof messageSchema>[]): Pick<FileExample, "prompt" | "completion"> {
  const system = messages.find(({ role }) => role === "system");
  if (system) throw new Error("a system message is not supported: put what it says into the user's message");
  const [user, assistant, more] = messages;
  if (user?.role !== "user" || assistant?.role !== "assistant" || more)
    throw new Error("messages must be one of a user and one of the assistant");
  return { prompt: user.content, completion: assistant.content };
}

/** Reads one line's value. Throws with what is wrong, without the place. */
function readExample(value: unknown): FileExample {
  const isChat = typeof value === "object" && value !== null && "messages" in value;
  const parsed = (isChat ? chatSchema : plainSchema).safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(
      `${issue.path.join(".") || "the line"}: ${issue.message}; an example has prompt and completion, or messages`,
    );
  }
  const { data } = parsed;
  return { ...("messages" in data ? fromMessages(data.messages) : data), answer: data.answer ?? null };
}

/** Examples of a file with their lines, from 1. Throws with `FILE:LINE` and what is wrong there, and when there are none. */
export function readExampleFile(path: string): readonly (FileExample & { readonly line: number })[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`The examples ${path} cannot be read. The path is relative to the recipe.`, { cause: error });
  }
  const examples = text.split("\n").flatMap((line, index): (FileExample & { line: number })[] => {
    if (line.trim() === "") return [];
    try {
      return [{ ...readExample(JSON.parse(line)), line: index + 1 }];
    } catch (error) {
      throw new Error(`${path}:${index + 1}: ${error instanceof Error ? error.message : String(error)}.`, {
        cause: error,
      });
    }
  });
  if (examples.length === 0) throw new Error(`${path} has no examples.`);
  return examples;
}
