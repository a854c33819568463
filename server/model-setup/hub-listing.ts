/** What the Hugging Face Hub has of a model, and which of its files are needed here. */
import * as z from "zod";
import { SetupError } from "../engine-setup/setup-error";
import type { Web } from "../engine-setup/web";
import { hubText, type HubName } from "../shared/hub-name";
import { boundedBody } from "./bounded-body";
import { refusal, type HubAsked } from "./hub-refusal";

const fileSchema = z.object({
  rfilename: z.string(),
  size: z.number().int().nonnegative().optional(),
  /** SHA-1 of the file as git has it; of one in large-file storage, of its pointer. */
  blobId: z.string().optional(),
  lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int().nonnegative() }).optional(),
});
const listingSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(fileSchema),
  cardData: z.object({ license: z.string().optional() }).optional().catch(undefined),
});

export interface HubFile {
  readonly name: string;
  readonly bytes: number;
  /** How it is told from another: by SHA-256, or as git does. It is also its name among the blobs of the cache. */
  readonly hash: { readonly kind: "sha256" | "git"; readonly value: string };
}

export interface HubListing {
  readonly commit: string;
  /** Those that are needed, `config.json` first. */
  readonly files: readonly HubFile[];
  /** As its card says; null: it does not. */
  readonly licence: string | null;
}

/** Bytes of a listing. */
const mostListing = 16_000_000;

const besides = new Set([
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "chat_template.jinja",
]);
const whole = "model.safetensors";
const shard = /^model-\d{5}-of-\d{5}\.safetensors$/;

/** Address of the Hub, or of the mirror that `HF_ENDPOINT` names, without a slash at its end. */
export const hubEndpoint = (environment: Readonly<Record<string, string | undefined>>): string =>
  (environment["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");

const addressOf = (endpoint: string, { repo, revision }: HubName): string =>
  `${endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;

/** Throws SetupError where the Hub cannot be asked, has no such model, or the model has nothing that can be read here. */
export async function hubListing(web: Web, asked: HubAsked, signal: AbortSignal): Promise<HubListing> {
  const { endpoint, name } = asked;
  const response = await web.get(addressOf(endpoint, name), { accept: "application/json" }, signal);
  if (!response.ok) {
    await response.body?.cancel();
    throw refusal(response.status, asked);
  }
  const text = (await boundedBody(response, mostListing)).toString("utf8");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = null;
  }
  const parsed = listingSchema.safeParse(content);
  if (!parsed.success)
    throw new SetupError(
      `${endpoint} answers something else than the files of ${hubText(name)}. Is HF_ENDPOINT right?`,
    );
  const { sha, siblings, cardData } = parsed.data;
  return { commit: sha, files: neededFiles(name, siblings), licence: cardData?.license ?? null };
}

function neededFiles(name: HubName, siblings: readonly z.infer<typeof fileSchema>[]): HubFile[] {
  const names = new Set(siblings.map(({ rfilename }) => rfilename));
  const missing = (what: string): never => {
    throw new SetupError(`${hubText(name)} has no ${what}${otherFormat(names)}. Nothing was downloaded.`);
  };
  for (const one of ["config.json", "tokenizer.json", "tokenizer_config.json"]) if (!names.has(one)) missing(one);
  const shards = [...names].filter((one) => shard.test(one));
  const weights = names.has(whole) ? [whole] : shards.length > 0 ? [...shards, `${whole}.index.json`] : [];
  if (weights.length === 0) missing(whole);
  const wanted = new Set([...besides, ...weights]);
  const files = siblings
    .filter(({ rfilename }) => wanted.has(rfilename))
    .map(({ rfilename, size, blobId, lfs }): HubFile => {
      if (lfs !== undefined) return { name: rfilename, bytes: lfs.size, hash: { kind: "sha256", value: lfs.sha256 } };
      if (size === undefined || blobId === undefined || !/^[0-9a-f]{40}$/.test(blobId))
        throw new SetupError(`The Hub does not say what ${rfilename} of ${hubText(name)} must be. Try again later.`);
      return { name: rfilename, bytes: size, hash: { kind: "git", value: blobId } };
    });
  return files.sort((a, b) => Number(b.name === "config.json") - Number(a.name === "config.json"));
}

/** What a model has in place of safetensors. */
function otherFormat(names: ReadonlySet<string>): string {
  const has = (ending: string): string | undefined => [...names].find((one) => one.endsWith(ending));
  const gguf = has(".gguf");
  if (gguf !== undefined) return `; it holds GGUF (${gguf}). Download that file, and name it as the checkpoint`;
  const other = has(".bin") ?? has(".pt") ?? has(".pth");
  return other === undefined ? "" : `; its weights are in ${other}, which can run programs when it is read`;
}
