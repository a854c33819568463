/** A package index of a few small files on this machine, which can break off, lie about ranges, and be asked what it was asked for. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import type { AddressInfo } from "node:net";
import type { PipSettings } from "./pip-settings";

export const temporaryFolder = (name: string): string =>
  mkdtempSync(join(realpathSync(tmpdir()), `reasoning-lab-${name}-`));

export const sha256 = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

export interface Member {
  readonly name: string;
  readonly data: Buffer | string;
  /** Of the file, `0o755`. */
  readonly mode?: number;
}

/** A zip archive (APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16), deflated. */
export function zip(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, mode = 0o644 } of members) {
    const content = Buffer.from(data);
    const packed = deflateRawSync(content);
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, title, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((0o100000 | mode) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 3]), common, tail, title]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

export interface Request {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export interface TestIndex {
  /** Address of the simple index. */
  readonly url: string;
  readonly pip: PipSettings;
  readonly requests: Request[];
  /** Files by name; a project's page lists those that begin with its name. */
  readonly files: Map<string, Buffer>;
  /** Bytes after which each answer with a file breaks off, as often as there are entries. */
  readonly breaks: number[];
  /** Called before a file is served. */
  onFile: () => void;
  /** Whether parts of files are served. */
  ranges: boolean;
  /** Status in place of an answer; null: none. */
  status: number | null;
  close(): Promise<void>;
}

const listen = (handle: (request: IncomingMessage, response: ServerResponse) => void) =>
  new Promise<{ readonly port: number; close(): Promise<void> }>((resolve) => {
    const server = createServer(handle);
    server.listen(0, "127.0.0.1", () => {
      const close = () =>
        new Promise<void>((closed) => {
          server.closeAllConnections();
          server.close(() => closed());
        });
      resolve({ port: (server.address() as AddressInfo).port, close });
    });
  });

export async function startIndex(files: Readonly<Record<string, Buffer>> = {}): Promise<TestIndex> {
  const index: Omit<TestIndex, "url" | "pip" | "close"> = {
    requests: [],
    files: new Map(Object.entries(files)),
    breaks: [],
    onFile: () => undefined,
    ranges: true,
    status: null,
  };
  const server = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://index");
    const { range, authorization } = request.headers;
    index.requests.push({ path: pathname, range, authorization });
    if (index.status !== null) response.writeHead(index.status).end();
    else if (pathname.startsWith("/simple/")) servePage(index.files, pathname, response);
    else serveFile(index, pathname, range, response);
  });
  const url = `http://127.0.0.1:${server.port}/simple`;
  return Object.assign(index, { url, pip: { indexes: [url], cert: null, proxy: null }, close: () => server.close() });
}

function servePage(files: TestIndex["files"], path: string, response: ServerResponse): void {
  const project = path.split("/")[2] ?? "";
  const listed = [...files].filter(([name]) => name.startsWith(`${project.replaceAll("-", "_")}-`));
  if (listed.length === 0) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" });
  const entries = listed.map(([filename, data]) => ({
    filename,
    url: `../../files/${filename}`,
    size: data.length,
    yanked: false,
    hashes: { sha256: sha256(data) },
  }));
  response.end(JSON.stringify({ meta: { "api-version": "1.0" }, name: project, files: entries }));
}

function serveFile(
  index: Pick<TestIndex, "files" | "breaks" | "ranges" | "onFile">,
  path: string,
  range: string | undefined,
  response: ServerResponse,
): void {
  const data = index.files.get(path.replace("/files/", ""));
  if (!data) {
    response.writeHead(404).end();
    return;
  }
  index.onFile();
  const start = index.ranges ? Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0) : 0;
  if (start >= data.length) {
    response.writeHead(416).end();
    return;
  }
  const rest = data.subarray(start);
  const part = { "content-range": `bytes ${start}-${data.length - 1}/${data.length}` };
  response.writeHead(start > 0 ? 206 : 200, { "content-length": rest.length, ...(start > 0 ? part : {}) });
  const most = index.breaks.shift();
  if (most === undefined) response.end(rest);
  // What is on its way yet when a connection ends is lost.
  else response.write(rest.subarray(0, most), () => setTimeout(() => response.destroy(), 50));
}
