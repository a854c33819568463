/** Asks addresses for rewards, whose processes reach no network: hosts that the recipe names, and no others, redirects included. */
import { fetchLimits, type FetchAnswer, type FetchRequest } from "../../protocol/rewards";
import { sizeText } from "../../shared/size-text";
import { UserError } from "../../shared/user-error";

const mostRedirects = 20;

/** Ours to set. */
const setHere = new Set(["host", "connection", "content-length", "transfer-encoding", "keep-alive", "upgrade"]);
/** What was true of the body as it came; here it is unpacked. */
const ofTransfer = new Set(["content-encoding", "content-length", "transfer-encoding"]);

export interface FetchRights {
  /** As the recipe names it, for messages. */
  readonly reward: string;
  /** That it may reach. */
  readonly hosts: readonly string[];
  /** Told of bytes of the answer as they come; throws an Error where it holds too many. */
  readonly hold: (bytes: number) => void;
}

/** Whether an entry of `hosts` is for an address: `HOST` for every port, `HOST:PORT`, `*.HOST` for what lies below. */
function isNamed(entry: string, { hostname, host, port, protocol }: URL): boolean {
  const name = entry.toLowerCase();
  const withPort = port === "" ? `${host}:${protocol === "https:" ? 443 : 80}` : host;
  if (name.startsWith("*.")) return hostname.endsWith(name.slice(1)) || withPort.endsWith(name.slice(1));
  return name === hostname || name === withPort;
}

/** The recipe does not name the host. */
export class HostClosed extends UserError {
  override readonly name = "HostClosed";
}

/** Throws {@link HostClosed}. */
export function allowedUrl(text: string, reward: string, hosts: readonly string[]): URL {
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new HostClosed(`fetch supports http and https, not ${url.protocol}`);
  if (hosts.some((entry) => isNamed(entry, url))) return url;
  const named = hosts.length === 0 ? "it names no host" : `it names ${hosts.join(", ")}`;
  throw new HostClosed(
    `${url.host} is closed to ${reward}: the recipe says which hosts a reward reaches, and ${named}. Add "hosts": ["${url.host}"] to the reward.`,
  );
}

async function bodyOf(response: Response, hold: FetchRights["hold"]): Promise<Buffer | null> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  if (body === null) return null;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > fetchLimits.body) throw new UserError(`the answer is longer than ${sizeText(fetchLimits.body)}`);
    hold(part.length);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/** What the next request is after a redirect, as the web has it. */
function redirected(request: FetchRequest, status: number, from: URL, to: URL): FetchRequest {
  const getsNow = status === 303 ? request.method !== "HEAD" : status < 303 && request.method === "POST";
  const dropped = new Set([
    ...(getsNow ? ["content-type", "content-length", "content-encoding", "content-language"] : []),
    ...(from.origin === to.origin ? [] : ["authorization", "cookie", "proxy-authorization"]),
  ]);
  return {
    ...request,
    url: to.href,
    headers: request.headers.filter(([name]) => !dropped.has(name.toLowerCase())),
    ...(getsNow ? { method: "GET", body: null } : {}),
  };
}

/** Says why there is no answer, with the reason that Node keeps behind "fetch failed". */
function failure(error: unknown, url: URL): Error {
  if (!(error instanceof Error)) return new UserError(String(error));
  const cause = error.cause instanceof Error ? error.cause : error;
  const why = cause.message === "" && "code" in cause ? String(cause.code) : cause.message;
  return new UserError(`fetch of ${url.origin} failed: ${why}`);
}

/**
 * Throws an Error for people when the host is another or does not answer.
 */
export async function fetchForReward(
  asked: FetchRequest,
  { reward, hosts, hold }: FetchRights,
  signal: AbortSignal,
): Promise<FetchAnswer> {
  let request = asked;
  for (let hops = 0; ; hops++) {
    const url = allowedUrl(request.url, reward, hosts);
    const response = await fetch(url, {
      method: request.method,
      headers: request.headers.filter(([name]) => !setHere.has(name.toLowerCase())),
      body: request.body === null ? null : Buffer.from(request.body, "base64"),
      redirect: "manual",
      signal,
    }).catch((error: unknown) => {
      throw failure(error, url);
    });
    const location = response.headers.get("location");
    if (isRedirect(response.status) && location !== null && asked.redirect !== "manual") {
      await response.body?.cancel();
      if (asked.redirect === "error")
        throw new UserError(`${url.href} redirects to ${location}, and "redirect" is "error".`);
      if (hops >= mostRedirects) throw new UserError(`${asked.url} redirects more than ${mostRedirects} times.`);
      request = redirected(request, response.status, url, new URL(location, url));
      continue;
    }
    const body = await bodyOf(response, hold).catch((error: unknown) => {
      throw failure(error, url);
    });
    return {
      url: url.href,
      redirected: hops > 0,
      status: response.status,
      statusText: response.statusText,
      headers: [...response.headers].filter(([name]) => !ofTransfer.has(name)),
      body: body?.toString("base64") ?? null,
    };
  }
}
