/** Logs of Inspect: `.eval` (a zip of JSON) and `.json`. A sample is a rollout; the epochs of a sample are a group. */
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import * as z from "zod";
import { refuseUnreadable } from "../files/workspace-file";
import type { RewardOutcome } from "../protocol/traces";
import { readWholeText } from "../rows/text-blocks";
import { parsePythonJson } from "../trackers/python-json";
import { sizeText } from "../shared/size-text";
import { messageOf, UserError } from "../shared/user-error";
import { parseMessages, textOfCell, textOfMessages, type ForeignMessage } from "./messages";
import { tokensOfContent, type ForeignTokens } from "./foreign-tokens";
import type { ForeignRollout, Omissions } from "./rollout-row";
import { clean } from "./read-table";

const bounds = { depth: 100, values: 5_000_000 };

/** Most bytes of one sample, and of all that is unpacked of a log. */
const mostSample = 64 << 20;
const mostUnpacked = 4 * 2 ** 30;
/** Most entries of an archive. */
const mostEntries = 1_000_000;

const scoreSchema = z.looseObject({
  value: z.unknown(),
  answer: z.string().nullish(),
  explanation: z.string().nullish(),
});
const sampleSchema = z.looseObject({
  id: z.union([z.string(), z.number()]),
  epoch: z.number().optional(),
  input: z.unknown(),
  target: z.unknown(),
  messages: z.array(z.unknown()).optional(),
  output: z
    .looseObject({
      completion: z.string().nullish(),
      choices: z
        .array(
          z.looseObject({
            stop_reason: z.string().nullish(),
            logprobs: z.looseObject({ content: z.unknown() }).nullish().catch(null),
          }),
        )
        .optional(),
    })
    .nullish(),
  scores: z.record(z.string(), scoreSchema).nullish(),
  model_usage: z.record(z.string(), z.looseObject({ output_tokens: z.number().optional() })).nullish(),
  error: z.looseObject({ message: z.string() }).nullish(),
  attachments: z.record(z.string(), z.string()).nullish(),
});
const headerSchema = z.looseObject({
  status: z.string().optional(),
  eval: z.looseObject({ task: z.string().optional(), model: z.string().optional() }),
});
const logSchema = headerSchema.extend({ samples: z.array(z.unknown()).nullish() });

export interface InspectSource {
  readonly task: string;
  readonly model: string | null;
  readonly status: string | null;
  /** Samples, each of which may be none; `share`: how far reading is, of 1. */
  readonly samples: AsyncIterable<{ readonly value: unknown; readonly place: string; readonly share: number }>;
  close(): void;
}

const isZip = (path: string): boolean => path.toLowerCase().endsWith(".eval");

/** Throws an Error for people where it is no log. */
export async function openInspect(path: string, omitted: Omissions): Promise<InspectSource> {
  return isZip(path) ? openArchive(path, omitted) : openJson(path);
}

function openJson(path: string): InspectSource {
  const parsed = logSchema.safeParse(parsePythonJson(readWholeText(path), bounds));
  if (!parsed.success) throw new UserError(`${path} is no log of Inspect: ${z.prettifyError(parsed.error)}.`);
  const { data: log } = parsed;
  const samples = log.samples ?? [];
  return {
    ...headOf(log),
    samples: (async function* () {
      for (const [index, value] of samples.entries())
        yield await Promise.resolve({ value, place: `sample ${index + 1}`, share: (index + 1) / samples.length });
    })(),
    close: () => undefined,
  };
}

const headOf = ({ status, eval: of }: z.infer<typeof headerSchema>) => ({
  task: of.task ?? "inspect",
  model: of.model ?? null,
  status: status ?? null,
});

const zstd = 93;
const deflate = 8;
const stored = 0;

/** Unpacks an entry of at most `most` bytes; throws where it is more, whatever it says of itself. */
async function bytesOf(zip: ZipFile, entry: Entry, most: number): Promise<Buffer> {
  if (entry.uncompressedSize > most || entry.compressedSize > most)
    throw new UserError(`it unpacks to ${sizeText(entry.uncompressedSize)}; ${sizeText(most)} are read`);
  const method = entry.compressionMethod;
  const stream = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  const packed = Buffer.concat(parts);
  const options = { maxOutputLength: most };
  if (method === stored) return packed;
  if (method === deflate) return promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw)(packed, options);
  const { zstdDecompressSync } = zlib as Partial<typeof zlib>;
  if (method === zstd && zstdDecompressSync) return zstdDecompressSync(packed, options);
  throw new UserError(
    method === zstd
      ? "it is packed with Zstandard, which this version of Node cannot unpack. Convert the log: inspect log convert --to json"
      : `it is packed in a way (${method}) that is not read`,
  );
}

async function openArchive(path: string, omitted: Omissions): Promise<InspectSource> {
  refuseUnreadable(path, Number.MAX_SAFE_INTEGER);
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch((error: unknown) => {
    throw new UserError(`${path} is no zip archive: ${messageOf(error).replace(/\.$/, "")}.`, { cause: error });
  });
  try {
    const entries: Entry[] = [];
    let header: Entry | null = null;
    let start: Entry | null = null;
    let count = 0;
    for await (const entry of zip.eachEntry()) {
      if (++count > mostEntries) throw new UserError(`${path} has more than ${mostEntries} entries.`);
      if (entry.fileName === "header.json") header = entry;
      else if (entry.fileName === "_journal/start.json") start = entry;
      else if (/^samples\/[^/]+\.json$/.test(entry.fileName)) entries.push(entry);
    }
    // A log that is being written, or whose writer was killed, has no header yet.
    const head = header ?? start;
    if (head === null)
      throw new UserError(`${path} is no log of Inspect: it has neither header.json nor _journal/start.json.`);
    if (header === null)
      omitted.add("The log has no header: its evaluation has not ended, or was killed", "header.json");
    const parsed = headerSchema.safeParse(
      parsePythonJson((await bytesOf(zip, head, mostSample)).toString("utf8"), bounds),
    );
    if (!parsed.success) throw new UserError(`${path} is no log of Inspect: ${z.prettifyError(parsed.error)}.`);
    return { ...headOf(parsed.data), samples: samplesOf(zip, entries, omitted), close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function* samplesOf(zip: ZipFile, entries: readonly Entry[], omitted: Omissions): InspectSource["samples"] {
  let unpacked = 0;
  for (const [index, entry] of entries.entries()) {
    const place = entry.fileName;
    const share = (index + 1) / entries.length;
    try {
      const bytes = await bytesOf(zip, entry, Math.min(mostSample, mostUnpacked - unpacked));
      unpacked += bytes.length;
      yield { value: parsePythonJson(bytes.toString("utf8"), bounds), place, share };
    } catch (error) {
      omitted.add(`Samples left out, for they cannot be read (${messageOf(error).slice(0, 160)})`, place);
      yield { value: null, place, share };
    }
  }
}

/** Inspect's own letters: correct, incorrect, partial, no answer. */
const letters: Readonly<Record<string, number>> = { C: 1, I: 0, P: 0.5, N: 0 };

function scoreOf(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" && Object.hasOwn(letters, value) ? letters[value]! : null;
}

const verdictOf = (value: unknown): 0 | 1 | null =>
  value === "C" || value === true ? 1 : value === "I" || value === "N" || value === false ? 0 : null;

/** What one scorer said; of a score of several values each is a reward of its own. */
function outcomesOf(name: string, score: z.infer<typeof scoreSchema>): [string, RewardOutcome][] {
  const extras: Record<string, string> = {};
  if (score.answer) extras["answer"] = score.answer.slice(0, 200);
  const whole = scoreOf(score.value);
  if (whole !== null) return [[name, { kind: "score", score: whole, extras }]];
  if (typeof score.value === "object" && score.value !== null)
    return Object.entries(score.value).flatMap(([key, value]): [string, RewardOutcome][] => {
      const part = scoreOf(value);
      return part === null ? [] : [[`${name}.${key}`, { kind: "score", score: part, extras: {} }]];
    });
  return [[name, { kind: "not-applicable" }]];
}

const withAttachments = (text: string, attachments: Readonly<Record<string, string>>): string =>
  text.replaceAll(/attachment:\/\/([0-9a-f]{16,64})/g, (whole, hash: string) =>
    Object.hasOwn(attachments, hash) ? attachments[hash]! : whole,
  );

/** Null: it is no sample; what it lacks is counted. */
export function inspectRollout(
  { value, place }: { readonly value: unknown; readonly place: string },
  { task, model }: Pick<InspectSource, "task" | "model">,
  omitted: Omissions,
): ForeignRollout | null {
  if (value === null) return null;
  const parsed = sampleSchema.safeParse(value);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.map(String).join(".") ?? "";
    omitted.add(`Samples left out, for they are not as Inspect writes them (${where})`, place);
    return null;
  }
  const { data: sample } = parsed;
  const messages = sample.messages === undefined ? null : parseMessages(sample.messages);
  const { prompt, completion } = turns(messages, sample);
  const whole = (text: string, what: string): string =>
    clean(withAttachments(text, sample.attachments ?? {}), what, omitted, place);
  const scores = Object.entries(sample.scores ?? {});
  const rewards = scores.flatMap(([name, score]) => outcomesOf(name, score));
  if (sample.error)
    rewards.push(["sample", { kind: "error", message: sample.error.message, file: null, line: null, column: null }]);
  const numbers = rewards.flatMap(([, outcome]) => (outcome.kind === "score" ? [outcome.score] : []));
  const verdicts = scores.map(([, score]) => verdictOf(score.value)).filter((verdict) => verdict !== null);
  const stop = sample.output?.choices?.[0]?.stop_reason ?? null;
  const used = model === null ? undefined : sample.model_usage?.[model]?.output_tokens;
  return {
    stage: task,
    step: 0,
    purpose: "evaluation",
    group: String(sample.id),
    prompt: whole(prompt, "prompt"),
    completion: whole(completion, "completion"),
    answer: clean(
      Array.isArray(sample.target) ? sample.target.map(String).join(" | ") : (textOfCell(sample.target) ?? ""),
      "gold answer",
      omitted,
      place,
    ),
    extracted:
      scores
        .map(([, { answer }]) => answer ?? null)
        .find((answer) => answer !== null)
        ?.toWellFormed() ?? null,
    truncated: stop === null ? null : stop === "max_tokens" || stop === "model_length",
    correct: verdicts[0] ?? null,
    rewards: Object.fromEntries(rewards),
    reward: numbers.length === 1 ? numbers[0]! : null,
    advantage: null,
    tokens: used !== undefined && Number.isSafeInteger(used) && used >= 0 ? used : null,
    tags: [],
    perToken: tokensOf(sample, messages, omitted, place),
  };
}

/** Of the model's last message: logs have those of no other. */
function tokensOf(
  { output }: z.infer<typeof sampleSchema>,
  messages: readonly ForeignMessage[] | null,
  omitted: Omissions,
  place: string,
): ForeignTokens | null {
  const content = output?.choices?.[0]?.logprobs?.content;
  if (content === undefined || content === null) return null;
  const tokens = tokensOfContent(content);
  if (tokens === null)
    omitted.add("Log-probabilities of tokens left out, for they are not as Inspect writes them", place);
  else if ((messages ?? []).filter(({ role, source }) => role === "assistant" && source !== "input").length > 1)
    omitted.add("Tokens of the last of several answers alone", place);
  return tokens;
}

/** What stands before the first message of the model, and what it says from there on. */
function turns(
  messages: readonly ForeignMessage[] | null,
  { input, output }: z.infer<typeof sampleSchema>,
): { readonly prompt: string; readonly completion: string } {
  if (messages === null) return { prompt: textOfCell(input) ?? "", completion: output?.completion ?? "" };
  const first = messages.findIndex(({ role, source }) => role === "assistant" && source !== "input");
  const at = first < 0 ? messages.length : first;
  const [before, after] = [messages.slice(0, at), messages.slice(at)];
  return {
    prompt: before.length === 0 ? (textOfCell(input) ?? "") : textOfMessages(before),
    completion: after.length === 0 ? (output?.completion ?? "") : textOfMessages(after),
  };
}
