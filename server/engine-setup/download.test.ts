import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { download, type DownloadProgress } from "./download";
import { sha256, startIndex, temporaryFolder, type TestIndex } from "./index.testing";
import { openWeb, type Web } from "./web";

const data = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) >> 3));
let index: TestIndex;
let web: Web;
let path: string;

beforeEach(async () => {
  index = await startIndex({ "file.whl": data });
  web = openWeb(index.pip, {});
  path = join(temporaryFolder("download"), "file.whl");
});
afterEach(async () => {
  await web.close();
  await index.close();
});

const never = new AbortController().signal;
const quiet: DownloadProgress = { downloading: () => undefined, verifying: () => undefined };
interface Wanted {
  readonly bytes?: number | null;
  readonly hash?: string;
  readonly signal?: AbortSignal;
  readonly progress?: DownloadProgress;
  readonly minute?: number;
}
const get = ({
  bytes = data.length,
  hash = sha256(data),
  signal = never,
  progress = quiet,
  minute = 60_000,
}: Wanted = {}) =>
  download(web, { url: index.url.replace("/simple", "/files/file.whl"), path, sha256: hash, bytes }, signal, progress, {
    pause: () => Promise.resolve(),
    minute,
  });
const ranges = (): (string | undefined)[] => index.requests.map(({ range }) => range);

test("a file comes whole, and says how far it is", async () => {
  const downloading = vi.fn<DownloadProgress["downloading"]>();
  await get({ progress: { ...quiet, downloading } });
  expect(readFileSync(path).equals(data)).toBe(true);
  expect(downloading).toHaveBeenLastCalledWith(data.length, data.length);
  expect(existsSync(`${path}.part`)).toBe(false);
});

test("a broken connection goes on where it broke off", async () => {
  index.breaks.push(100_000, 50_000);
  await get();
  expect(readFileSync(path).equals(data)).toBe(true);
  expect(ranges()).toHaveLength(3);
  for (const range of ranges().slice(1)) expect(range).toMatch(/^bytes=[1-9]\d*-$/);
});

test("a server that serves no parts sends the file again from its beginning", async () => {
  index.ranges = false;
  index.breaks.push(100_000);
  await get({ bytes: null });
  expect(readFileSync(path).equals(data)).toBe(true);
});

test("a part of an earlier try is gone on with; one of another file is begun again", async () => {
  writeFileSync(`${path}.part`, data.subarray(0, 1000));
  await get();
  expect(ranges()).toEqual(["bytes=1000-"]);
  writeFileSync(`${path}.part`, "something else");
  writeFileSync(path, "broken");
  await get();
  expect(readFileSync(path).equals(data)).toBe(true);
  writeFileSync(`${path}.part`, Buffer.alloc(data.length + 5));
  await get({ bytes: null });
  expect(readFileSync(path).equals(data)).toBe(true);
});

test("a file that is there whole is not asked for", async () => {
  writeFileSync(path, data);
  await get();
  expect(index.requests).toEqual([]);
});

test("another hash than expected leaves nothing and says both", async () => {
  const wrong = "0".repeat(64);
  await expect(get({ hash: wrong })).rejects.toThrow(new RegExp(`SHA-256 is ${sha256(data)} and must be ${wrong}`));
  expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false);
});

test("a cancelled download keeps what has come, and the next one goes on from it", async () => {
  const abort = new AbortController();
  const reason = new Error("enough");
  const stop = { ...quiet, downloading: () => abort.abort(reason) };
  await expect(get({ signal: abort.signal, progress: stop })).rejects.toBe(reason);
  const { size } = statSync(`${path}.part`);
  expect(size).toBeGreaterThan(0);
  expect(size).toBeLessThan(data.length);
  await get();
  expect(ranges().at(-1)).toBe(`bytes=${size}-`);
  expect(readFileSync(path).equals(data)).toBe(true);
});

test("what is not there is said at once; a server that only fails is given up after a few tries, with what is kept", async () => {
  index.status = 404;
  await expect(get()).rejects.toThrow(/answers 404/);
  expect(index.requests).toHaveLength(1);
  index.status = 503;
  writeFileSync(`${path}.part`, data.subarray(0, 10));
  await expect(get()).rejects.toThrow(/answers 503.*10 bytes are kept/);
  expect(index.requests.length).toBeLessThan(10);
});

test("a server that announces more than the file has, or sends more, is not listened to any longer, and nothing of it stays", async () => {
  await expect(get({ bytes: 1000 })).rejects.toThrow(/file\.whl serves is not the file .* it announces 300000 bytes/);
  expect(existsSync(`${path}.part`)).toBe(false);
  const chunk = Buffer.alloc(2 ** 16, "x");
  let sent = 0;
  const endless = createServer((_, response) => {
    response.on("error", () => undefined);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk)) sent++;
    };
    response.on("drain", more);
    more();
  });
  await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}/file.whl`;
  const wanted = { url, path, sha256: sha256(data), bytes: data.length };
  await expect(download(web, wanted, never, quiet)).rejects.toThrow(
    `What ${url} serves is not the file that is expected, which has 300000 bytes at most: it sends more.`,
  );
  expect(statSync(`${path}.part`).size).toBe(0);
  endless.closeAllConnections();
  await new Promise((resolve) => endless.close(resolve));
  // What the two machines hold on the way is no part of it.
  expect(sent).toBeLessThan(1000);
  await get();
  expect(readFileSync(path).equals(data)).toBe(true);
});

test("a server that sends a byte now and then is given up, with what is kept", async () => {
  let timer: NodeJS.Timeout | undefined;
  const slow = createServer((_, response) => {
    response.on("error", () => undefined);
    response.write("x");
    timer = setInterval(() => response.write("x"), 5);
  });
  await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/file.whl`;
  const wanted = { url, path, sha256: sha256(data), bytes: data.length };
  await expect(download(web, wanted, never, quiet, { pause: () => Promise.resolve(), minute: 50 })).rejects.toThrow(
    /broke off: it sends less than 16 kB a minute\. \d+ bytes are kept/,
  );
  clearInterval(timer);
  slow.closeAllConnections();
  await new Promise((resolve) => slow.close(resolve));
});

test("a folder that cannot be written is named", async () => {
  writeFileSync(join(path, "..", "not-a-folder"), "");
  path = join(path, "..", "not-a-folder", "file.whl");
  await expect(get()).rejects.toThrow(/not-a-folder/);
});
