/**
 * What judges said, by the content of what they were asked: JSONL files in `judgements/` of a run, or of a workspace's `.reasoning-lab`. Each process that asks
 * appends to a file of its own, so that several may ask at a time; readers read all of them. What calls cost that brought nothing is a line, too: a budget is
 * of the whole run.
 */
import { randomUUID } from "node:crypto";
import { closeSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { openFile } from "../files/workspace-file";
import { leadsWithin } from "../files/paths-within";
import { winnerSchema } from "../protocol/judges";
import { parseBoundedJson } from "../shared/bounded-json";
import { UserError } from "../shared/user-error";
import { openLineLog, readPart, type LineLog } from "./line-log";

const judgementSchema = z.object({
  /** SHA-256 of what was asked; null: these calls brought no verdict. */
  question: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  judge: z.string(),
  /** When, ISO 8601. */
  at: z.string(),
  verdict: z.object({ reason: z.string(), score: z.number().optional(), winner: winnerSchema.optional() }).nullable(),
  /** Requests that this took. */
  calls: z.int().nonnegative(),
  /** Tokens, as the server counts them. */
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  /** Null: the judge has no price. */
  cost: z.number().nonnegative().nullable(),
  seconds: z.number().nonnegative(),
});
export type Judgement = Readonly<z.infer<typeof judgementSchema>>;

/** `owner`: a run folder, or the `.reasoning-lab` of a workspace. */
export const judgementsFolder = (owner: string): string => join(owner, "judgements");

const extension = ".jsonl";
const atOnce = 1 << 20;

function parsed(line: string): Judgement | null {
  if (line === "") return null;
  try {
    return judgementSchema.safeParse(parseBoundedJson(line)).data ?? null;
  } catch {
    return null;
  }
}

/** Judgements that are read of one owner: more than that nobody has paid for. */
const mostRead = 2_000_000;

/** All that stands in a folder, oldest file first. `damaged`: lines that are none, and files that cannot be read. */
function readFolder(folder: string): { readonly judgements: Judgement[]; readonly damaged: number } {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(extension));
  } catch {
    return { judgements: [], damaged: 0 };
  }
  const judgements: Judgement[] = [];
  let damaged = 0;
  const readFile = (path: string): void => {
    const descriptor = openFile(path);
    try {
      for (let cursor = 0, more = true; more && judgements.length < mostRead;) {
        const part = readPart(descriptor, path, { cursor, most: atOnce }, parsed);
        for (const judgement of part.values) judgements.push(judgement);
        damaged += part.damaged.count;
        ({ cursor, more } = part);
      }
    } finally {
      closeSync(descriptor);
    }
  };
  for (const name of names.toSorted())
    try {
      readFile(join(folder, name));
    } catch {
      // What it holds is asked for again.
      damaged++;
    }
  return { judgements, damaged };
}

/** What one judge has cost an owner. */
export interface JudgeTotal {
  readonly calls: number;
  /** Questions that it has answered. */
  readonly verdicts: number;
  /** Tokens. */
  readonly input: number;
  readonly output: number;
  /** Null: it has no price. */
  readonly cost: number | null;
  /** Sum over the calls. */
  readonly seconds: number;
}

/** By judge, of all that was asked for an owner so far; empty where none was. */
export function judgeTotals(owner: string): Record<string, JudgeTotal> {
  const totals: Record<string, JudgeTotal> = {};
  for (const { judge, verdict, calls, input, output, cost, seconds } of readFolder(judgementsFolder(owner))
    .judgements) {
    const known = totals[judge] ?? { calls: 0, verdicts: 0, input: 0, output: 0, cost: null, seconds: 0 };
    totals[judge] = {
      calls: known.calls + calls,
      verdicts: known.verdicts + (verdict === null ? 0 : 1),
      input: known.input + input,
      output: known.output + output,
      cost: cost === null ? known.cost : (known.cost ?? 0) + cost,
      seconds: known.seconds + seconds,
    };
  }
  return totals;
}

export interface Spent {
  readonly calls: number;
  readonly cost: number;
}

export interface Judgements {
  /** The verdict on a question; undefined: nobody has asked it. */
  find(question: string): Judgement["verdict"] | undefined;
  /** What a judge had cost its owner before this was opened, where that counts. */
  spentBefore(judge: string): Spent;
  /** Kept at once. Throws where it cannot be written; it is known to this process all the same. */
  add(judgement: Judgement): void;
  /** Lines that could not be read. */
  readonly damaged: number;
  close(): void;
}

export interface JudgementPlaces {
  /** Where new ones go, and what budgets are of; null: nowhere, they are known as long as this is open. */
  readonly owner: string | null;
  /** Whether what its judges cost before this was opened counts: that of a run does, of one budget; scorings of a workspace have one each. */
  readonly countsBefore: boolean;
  /** Others whose verdicts are known as well. */
  readonly others?: () => readonly string[];
  /** Folder that the owner lies in: nothing is written through a link that leads out of it. */
  readonly within?: string;
}

/** Read when they are first asked for. */
export function openJudgements({ owner, countsBefore, others = () => [], within }: JudgementPlaces): Judgements {
  let verdicts: Map<string, NonNullable<Judgement["verdict"]>> | null = null;
  const spent = new Map<string, { calls: number; cost: number }>();
  let damaged = 0;
  let log: LineLog<Judgement> | null = null;
  const count = ({ judge, calls, cost }: Judgement): void => {
    const known = spent.get(judge) ?? { calls: 0, cost: 0 };
    spent.set(judge, { calls: known.calls + calls, cost: known.cost + (cost ?? 0) });
  };
  const known = () => {
    if (verdicts !== null) return verdicts;
    verdicts = new Map();
    for (const place of [...others(), ...(owner === null ? [] : [owner])]) {
      const found = readFolder(judgementsFolder(place));
      damaged += found.damaged;
      for (const judgement of found.judgements) {
        if (place === owner && countsBefore) count(judgement);
        if (judgement.question !== null && judgement.verdict !== null)
          verdicts.set(judgement.question, judgement.verdict);
      }
    }
    return verdicts;
  };
  const opened = (place: string): LineLog<Judgement> => {
    const folder = judgementsFolder(place);
    if (within !== undefined && !leadsWithin(within, folder))
      throw new UserError(`${folder} leads out of ${within}: nothing is written there.`);
    mkdirSync(folder, { recursive: true });
    const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
    return openLineLog<Judgement>(join(folder, `${time}-${randomUUID().slice(0, 8)}${extension}`));
  };
  return {
    find: (question) => known().get(question),
    spentBefore(judge) {
      known();
      return spent.get(judge) ?? { calls: 0, cost: 0 };
    },
    add(judgement) {
      const all = known();
      if (judgement.question !== null && judgement.verdict !== null) all.set(judgement.question, judgement.verdict);
      if (owner !== null) (log ??= opened(owner)).append(judgement);
    },
    get damaged() {
      known();
      return damaged;
    },
    close() {
      log?.close();
      log = null;
    },
  };
}
