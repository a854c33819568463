/**
 * What a live run asks the windows that look at it: files in `live/`. A question is in `asked/` until one window takes it, by its name; what came of it is
 * in `answered/`. They mean something only under the claim that they name, and go with it.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readText } from "../files/workspace-file";
import { chatMessageSchema } from "../protocol/conversation";
import { parseBoundedJson } from "../shared/bounded-json";
import { refuseLinksOut } from "./own-files";
import { liveFolder } from "./paths";

const askedFolder = (runFolder: string): string => join(liveFolder(runFolder), "asked");
const answeredFolder = (runFolder: string): string => join(liveFolder(runFolder), "answered");

/** Bytes of a question or an answer. */
const longest = 8 << 20;
/** Questions that a window takes at a time. */
const mostTaken = 16;

const questionSchema = z.object({
  token: z.string(),
  /** A model of the editor. */
  model: z.string().max(200),
  messages: z.array(chatMessageSchema).min(1).max(10),
});
const answerSchema = z.object({ token: z.string(), text: z.string().nullable(), message: z.string().nullable() });

export type LiveQuestion = Omit<z.infer<typeof questionSchema>, "token"> & { readonly id: string };
export interface LiveAnswer {
  /** Null: there is none, and `message` says why. */
  readonly text: string | null;
  readonly message: string | null;
}

function put(folder: string, id: string, content: object): void {
  mkdirSync(folder, { recursive: true });
  const fresh = join(folder, `${id}.new`);
  writeFileSync(fresh, JSON.stringify(content), { flag: "wx" });
  renameSync(fresh, join(folder, `${id}.json`));
}

function taken<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(parseBoundedJson(readText(path, longest))).data ?? null;
  } catch {
    return null;
  } finally {
    rmSync(path, { force: true, recursive: true });
  }
}

/** Asks; returns the question's id. */
export function askWindows(runFolder: string, token: string, question: Omit<LiveQuestion, "id">): string {
  refuseLinksOut(runFolder);
  const id = randomUUID();
  put(askedFolder(runFolder), id, { token, ...question });
  return id;
}

/** Nobody waits for it any more. */
export const takeBack = (runFolder: string, id: string): void => {
  for (const folder of [askedFolder(runFolder), answeredFolder(runFolder)])
    rmSync(join(folder, `${id}.json`), { force: true });
};

/** What came of a question, once; null: nothing yet. */
export function takeAnswer(runFolder: string, token: string, id: string): LiveAnswer | null {
  let names: string[];
  try {
    names = readdirSync(answeredFolder(runFolder));
  } catch {
    return null;
  }
  if (!names.includes(`${id}.json`)) return null;
  const answer = taken(join(answeredFolder(runFolder), `${id}.json`), answerSchema);
  return answer?.token === token ? answer : null;
}

/** Questions of a run that lives under this claim, for this window alone: what it takes no other window sees. */
export function takeQuestions(runFolder: string, token: string): LiveQuestion[] {
  let names: string[];
  try {
    names = readdirSync(askedFolder(runFolder)).filter((name) => /^[0-9a-f-]{36}\.json$/.test(name));
  } catch {
    return [];
  }
  return names.slice(0, mostTaken).flatMap((name): LiveQuestion[] => {
    const path = join(askedFolder(runFolder), name);
    const own = `${path}.${process.pid}.taken`;
    try {
      renameSync(path, own);
    } catch {
      // Another window was there first.
      return [];
    }
    const question = taken(own, questionSchema);
    return question?.token === token ? [{ id: name.slice(0, -".json".length), ...question }] : [];
  });
}

export function answerQuestion(runFolder: string, token: string, id: string, answer: LiveAnswer): void {
  refuseLinksOut(runFolder);
  put(answeredFolder(runFolder), id, { token, ...answer });
}

/** Questions and answers of a claim that is over. */
export function clearQuestions(runFolder: string): void {
  for (const folder of [askedFolder(runFolder), answeredFolder(runFolder)])
    rmSync(folder, { force: true, recursive: true });
}
