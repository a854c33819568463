/** Requests to package indexes: through the user's proxies, with the user's certificates and credentials. */
import { readFileSync } from "node:fs";
import * as tls from "node:tls";
import { EnvHttpProxyAgent, fetch, type Response } from "undici";
import type { PipSettings } from "./pip-settings";
import { SetupError, UnavailableError } from "./setup-error";

export interface Web {
  /** Throws SetupError when no answer comes; an answer of whatever status is returned. `url` may hold credentials. */
  get(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response>;
  close(): Promise<void>;
}

/** Milliseconds without a byte after which a connection counts as broken. */
const patience = 60_000;

/** Certificates to trust; undefined: those that Node comes with. */
function certificates(cert: string | null): string[] | undefined {
  if (cert !== null) {
    try {
      return [readFileSync(cert, "utf8")];
    } catch (error) {
      throw new SetupError(
        `The file with certificates that pip's settings name cannot be read: ${cert} (${reasonOf(error)}). Mend PIP_CERT or "cert" in pip.conf.`,
      );
    }
  }
  // Node before 22.15 knows only its own.
  if (!("getCACertificates" in tls)) return undefined;
  return [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])];
}

/** A URL that may be shown: without its password. */
export function shownUrl(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

/** A part of an address; as it is where its escapes are none, as pip takes it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function basicCredentials(url: URL): string | null {
  if (url.username === "" && url.password === "") return null;
  const text = `${decoded(url.username)}:${decoded(url.password)}`;
  return `Basic ${Buffer.from(text).toString("base64")}`;
}

function innermost(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.cause instanceof Error) return innermost(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  return error;
}

/** Why something failed, from the innermost cause. */
export function reasonOf(error: unknown): string {
  const cause = innermost(error);
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}

/** Codes of TLS where a server's certificate is not trusted, which a company's own certificates help with. */
const untrusted: ReadonlySet<unknown> = new Set([
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

function isUntrusted(error: unknown): boolean {
  const cause = innermost(error);
  return cause instanceof Error && "code" in cause && untrusted.has(cause.code);
}

function unreachable(url: string, error: unknown): SetupError {
  const reason = reasonOf(error);
  const advice = isUntrusted(error)
    ? " If your network has certificates of its own, name their file in PIP_CERT or as pip's setting cert."
    : "";
  return new UnavailableError(`${shownUrl(url)} cannot be reached: ${reason}.${advice}`, { cause: error });
}

/** What a server is told of who asks. */
export interface Authorization {
  /** Of the server alone: nobody else is told. */
  readonly origin: string;
  /** The header. */
  readonly value: string;
}

export function openWeb(
  { indexes, cert, proxy }: PipSettings,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  own: Authorization | null = null,
): Web {
  const ca = certificates(cert);
  const trust = ca ? { ca } : {};
  const variable = (name: string): string => environment[name.toLowerCase()] || environment[name] || "";
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: proxy ?? variable("HTTP_PROXY"),
    httpsProxy: proxy ?? variable("HTTPS_PROXY"),
    noProxy: variable("NO_PROXY"),
    // Plain HTTP is asked of a proxy as such; only HTTPS goes through a tunnel.
    proxyTunnel: false,
    connect: trust,
    requestTls: trust,
    proxyTls: trust,
    headersTimeout: patience,
    bodyTimeout: patience,
  });
  // An index with a password serves its files with the same.
  const known = new Map<string, string>();
  const remember = (url: URL): void => {
    const credentials = basicCredentials(url);
    if (credentials !== null) known.set(url.origin, credentials);
  };
  if (own !== null) known.set(own.origin, own.value);
  for (const index of indexes) if (URL.canParse(index)) remember(new URL(index));
  return {
    async get(url, headers, signal) {
      signal.throwIfAborted();
      const target = URL.canParse(url) ? new URL(url) : null;
      if (!target || !/^https?:$/.test(target.protocol)) {
        throw new SetupError(`${shownUrl(url)} is no address: it must begin with https:// or http://.`);
      }
      remember(target);
      const authorization = known.get(target.origin);
      target.username = "";
      target.password = "";
      try {
        return await fetch(target, {
          dispatcher,
          signal,
          headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        });
      } catch (error) {
        signal.throwIfAborted();
        throw unreachable(url, error);
      }
    },
    close: () => dispatcher.destroy(),
  };
}
