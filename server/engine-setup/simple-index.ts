/** Pages of a package index: PEP 503 (HTML) and PEP 691 (JSON). */
import type { Response } from "undici";
import * as z from "zod";
import { JsonBoundsError, parseBoundedJson } from "../shared/bounded-json";
import { plural } from "../shared/plural";
import { sizeText } from "../shared/size-text";
import { tagsOf, unescaped } from "./html-tags";
import type { PipSettings } from "./pip-settings";
import { SetupError, UnavailableError } from "./setup-error";
import { reasonOf, shownUrl, type Web } from "./web";

export interface IndexFile {
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly yanked: boolean;
}

const accept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

/** A page of a hundred thousand files. */
const pageJson = { depth: 20, values: 5_000_000 };
const pageSchema = z.object({ files: z.array(z.unknown()) });
const fileSchema = z.object({
  filename: z.string(),
  url: z.string(),
  hashes: z.record(z.string(), z.string()),
  size: z.int().nonnegative().nullish(),
  yanked: z.union([z.boolean(), z.string()]).nullish(),
});

/** What a page lists. */
export interface SimplePage {
  readonly files: readonly IndexFile[];
  /** Entries that cannot be read, which are left out: a file without a name or address, a name that is none of a file. */
  readonly skipped: number;
}

/** Names that lead to no other folder when a file is saved by them. */
const isFileName = (name: string): boolean =>
  name !== "" && name !== "." && name !== ".." && name.length <= 255 && !/[/\\\0]/.test(name);

const hashOf = (text: string | undefined): string | null =>
  text !== undefined && /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : null;

/** Null where the link leads to no file. */
function fileOfLink(href: string, root: string, yanked: boolean): IndexFile | null {
  try {
    const url = new URL(href, root);
    const [, sha256] = /^#sha256=([0-9a-f]*)/i.exec(url.hash) ?? [];
    url.hash = "";
    const filename = decodeURIComponent(url.pathname.split("/").at(-1) ?? "");
    return isFileName(filename) ? { filename, url: url.href, sha256: hashOf(sha256), bytes: null, yanked } : null;
  } catch {
    return null;
  }
}

function fileOfEntry(entry: unknown, base: string): IndexFile | null {
  const { data } = fileSchema.safeParse(entry);
  if (!data || !isFileName(data.filename) || !URL.canParse(data.url, base)) return null;
  const { filename, url, hashes, size, yanked } = data;
  return {
    filename,
    url: new URL(url, base).href,
    sha256: hashOf(hashes["sha256"]),
    bytes: size ?? null,
    yanked: yanked !== undefined && yanked !== null && yanked !== false,
  };
}

const pageOf = (entries: readonly (IndexFile | null)[]): SimplePage => {
  const files = entries.filter((entry) => entry !== null);
  return { files, skipped: entries.length - files.length };
};

function parseHtml(html: string, base: string): SimplePage {
  let root = base;
  const entries: (IndexFile | null)[] = [];
  for (const { name, attributes } of tagsOf(html, new Set(["a", "base"]))) {
    const written = attributes.get("href");
    if (written === undefined) continue;
    const href = unescaped(written);
    if (name === "a") entries.push(fileOfLink(href, root, attributes.has("data-yanked")));
    else if (URL.canParse(href, base)) root = new URL(href, base).href;
  }
  return pageOf(entries);
}

/** Files that a project's page lists. `base`: the address of the page, for relative links. Throws when it is no such page. */
export function parseSimplePage(contentType: string, text: string, base: string): SimplePage {
  if (!contentType.includes("json")) return parseHtml(text, base);
  return pageOf(pageSchema.parse(parseBoundedJson(text, pageJson)).files.map((entry) => fileOfEntry(entry, base)));
}

/** What a page may take; those of the largest projects have some megabytes. */
export interface PageLimits {
  readonly bytes: number;
  readonly milliseconds: number;
}

const pageLimits: PageLimits = { bytes: 64_000_000, milliseconds: 5 * 60_000 };

/** The page of a project, or why there is none. */
async function projectPage(
  web: Web,
  page: string,
  signal: AbortSignal,
  { bytes, milliseconds }: PageLimits,
): Promise<SimplePage | string> {
  const late = AbortSignal.timeout(milliseconds);
  try {
    const response = await web.get(page, { accept }, AbortSignal.any([signal, late]));
    if (!response.ok) {
      await response.body?.cancel();
      return `answers ${response.status}`;
    }
    const text = await readBody(response, bytes);
    if (text === null) return `sends more than ${sizeText(bytes)}: no page of an index is as long`;
    return parseSimplePage(response.headers.get("content-type") ?? "", text, response.url || page);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return `takes more than ${milliseconds / 1000} s to send its page`;
    if (error instanceof SetupError) return error.message;
    return error instanceof SyntaxError || error instanceof JsonBoundsError || error instanceof z.ZodError
      ? "answers with something else than a package index's page"
      : `broke off: ${reasonOf(error)}`;
  }
}

/** Text of an answer; null when it has more than `most` bytes, of which the rest is not read. */
async function readBody(response: Response, most: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let read = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    read += bytes.length;
    // Leaving the loop closes the connection.
    if (read > most) return null;
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

export interface Wanted {
  readonly project: string;
  /** What is looked for, for the message that it was not found. */
  readonly what: string;
  readonly choose: (files: readonly IndexFile[]) => IndexFile | null;
}

/**
 * What `choose` takes out of the files that the indexes list for a project: of the first index that has something fitting. Throws SetupError that
 * says of each index why it has nothing.
 */
export async function findFile(
  web: Web,
  { indexes }: PipSettings,
  { project, what, choose }: Wanted,
  signal: AbortSignal,
  limits: PageLimits = pageLimits,
): Promise<IndexFile> {
  const reasons: string[] = [];
  for (const index of indexes) {
    const page = `${index.replace(/\/+$/, "")}/${project.toLowerCase().replaceAll(/[-_.]+/g, "-")}/`;
    const found = await projectPage(web, page, signal, limits);
    if (typeof found === "string") {
      reasons.push(found.includes(shownUrl(page)) ? found : `${shownUrl(page)} ${found}`);
      continue;
    }
    const file = choose(found.files);
    if (file) return file;
    const unread = found.skipped === 0 ? "" : ` (${plural(found.skipped, "link")} cannot be read)`;
    reasons.push(`${shownUrl(page)} lists ${plural(found.files.length, "file")}, but not that one${unread}`);
  }
  throw new UnavailableError(
    `No package index has ${what}: ${reasons.join("; ").replace(/\.$/, "")}. The indexes are those of your pip settings (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, pip.conf).`,
  );
}
