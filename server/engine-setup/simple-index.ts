/** Pages of a package index: PEP 503 (HTML) and PEP 691 (JSON). */
import * as z from "zod";
import type { PipSettings } from "./pip-settings";
import { SetupError, UnavailableError } from "./setup-error";
import { shownUrl, type Web } from "./web";

export interface IndexFile {
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly yanked: boolean;
}

const accept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

const pageSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.record(z.string(), z.string()),
      size: z.number().nullish(),
      yanked: z.union([z.boolean(), z.string()]).nullish(),
    }),
  ),
});

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'" };
const unescaped = (text: string): string =>
  text.replaceAll(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole);

function parseHtml(html: string, base: string): readonly IndexFile[] {
  const [, given] = /<base[^>]+href\s*=\s*["']([^"']*)["']/i.exec(html) ?? [];
  const root = given === undefined ? base : new URL(unescaped(given), base).href;
  return [...html.matchAll(/<a\s([^>]*)>/gi)].flatMap(([, attributes]) => {
    const [, double, single] = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes!) ?? [];
    const href = double ?? single;
    if (href === undefined || !URL.canParse(unescaped(href), root)) return [];
    const url = new URL(unescaped(href), root);
    const [, sha256] = /sha256=([0-9a-f]{64})/i.exec(url.hash) ?? [];
    url.hash = "";
    return {
      filename: decodeURIComponent(url.pathname.split("/").at(-1) ?? ""),
      url: url.href,
      sha256: sha256?.toLowerCase() ?? null,
      bytes: null,
      yanked: /(?:^|\s)data-yanked(?=$|[\s=])/i.test(attributes!),
    };
  });
}

/** Files that a project's page lists. `base`: the address of the page, for relative links. Throws when it is no such page. */
export function parseSimplePage(contentType: string, text: string, base: string): readonly IndexFile[] {
  if (!contentType.includes("json")) return parseHtml(text, base);
  return pageSchema.parse(JSON.parse(text)).files.map(({ filename, url, hashes, size, yanked }) => ({
    filename,
    url: new URL(url, base).href,
    sha256: hashes["sha256"]?.toLowerCase() ?? null,
    bytes: size ?? null,
    yanked: yanked !== undefined && yanked !== null && yanked !== false,
  }));
}

async function projectFiles(web: Web, page: string, signal: AbortSignal): Promise<readonly IndexFile[] | string> {
  try {
    const response = await web.get(page, { accept }, signal);
    const text = await response.text();
    if (!response.ok) return `answers ${response.status}`;
    return parseSimplePage(response.headers.get("content-type") ?? "", text, response.url || page);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SetupError) return error.message;
    return error instanceof SyntaxError || error instanceof z.ZodError
      ? "answers with something else than a package index's page"
      : `broke off: ${error instanceof Error ? error.message : String(error)}`;
  }
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
): Promise<IndexFile> {
  const reasons: string[] = [];
  for (const index of indexes) {
    const page = `${index.replace(/\/+$/, "")}/${project.toLowerCase().replaceAll(/[-_.]+/g, "-")}/`;
    const files = await projectFiles(web, page, signal);
    if (typeof files === "string") {
      reasons.push(files.includes(shownUrl(page)) ? files : `${shownUrl(page)} ${files}`);
      continue;
    }
    const file = choose(files);
    if (file) return file;
    reasons.push(`${shownUrl(page)} lists ${files.length} files, but not that one`);
  }
  throw new UnavailableError(
    `No package index has ${what}: ${reasons.join("; ").replace(/\.$/, "")}. The indexes are those of your pip settings (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, pip.conf).`,
  );
}
