/** A server that answers as the Hugging Face Hub does for one model, and as it refuses one: for tests, on the loopback. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const hubCommit = "12fd25f77366fa6b3b4b768ec3050bf629380bac";

export interface AskedOfHub {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

export interface HubServer {
  readonly endpoint: string;
  readonly server: Server;
  /** Of `org/tiny`, by their names. */
  readonly files: Map<string, Buffer>;
  readonly asked: readonly AskedOfHub[];
  /** Bytes after which an answer with weights breaks off, as often as there are entries. */
  readonly breaks: number[];
  /** In place of every answer; null: none. */
  status: number | null;
  /** Its terms are accepted by the account of this token alone; null: everybody has the model. */
  token: string | null;
  revision: string;
  /** As it answers a request. */
  answer(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

const digest = (algorithm: string, data: Buffer): string => createHash(algorithm).update(data).digest("hex");
const gitHash = (data: Buffer): string => digest("sha1", Buffer.concat([Buffer.from(`blob ${data.length}\0`), data]));

/** @param port null: any that is free. */
export async function hubServer(files: Map<string, Buffer>, port: number | null = null): Promise<HubServer> {
  const asked: AskedOfHub[] = [];
  const listing = (): string =>
    JSON.stringify({
      sha: hubCommit,
      cardData: { license: "mit" },
      siblings: [...files].map(([rfilename, data]) => ({
        rfilename,
        size: data.length,
        blobId: gitHash(data),
        ...(rfilename.endsWith(".safetensors") ? { lfs: { sha256: digest("sha256", data), size: data.length } } : {}),
      })),
    });
  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "";
    const { authorization, range } = request.headers;
    asked.push({ path, authorization, range });
    const isListing = path === `/api/models/org/tiny/revision/${hub.revision}?blobs=true`;
    if (hub.status !== null) response.writeHead(hub.status).end();
    // The Hub lists the files of a gated model to everybody.
    else if (isListing) response.end(listing());
    else if (hub.token !== null && authorization !== `Bearer ${hub.token}`) response.writeHead(401).end();
    else {
      const data = files.get(path.replace(`/org/tiny/resolve/${hubCommit}/`, ""));
      const start = Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
      if (data === undefined) response.writeHead(404).end();
      else {
        const rest = data.subarray(start);
        const part = start > 0 ? { "content-range": `bytes ${start}-${data.length - 1}/${data.length}` } : {};
        response.writeHead(start > 0 ? 206 : 200, { "content-length": rest.length, ...part });
        const most = path.endsWith(".safetensors") ? hub.breaks.shift() : undefined;
        if (most === undefined) response.end(rest);
        else response.write(rest.subarray(0, most), () => setTimeout(() => response.destroy(), 30));
      }
    }
  }
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(port ?? 0, "127.0.0.1", resolve));
  const hub: HubServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    files,
    asked,
    breaks: [],
    status: null,
    token: null,
    revision: "main",
    answer,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return hub;
}
