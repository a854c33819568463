import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { findFile, parseSimplePage, type PageLimits } from "./simple-index";
import { startIndex } from "./index.testing";
import { openWeb } from "./web";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const hash = "ab".repeat(32);

test("an HTML page: relative links, entities, hashes in the fragment, withdrawn files", () => {
  const html = `<!DOCTYPE html><html><body>
    <a href="../../f/a-1-py3-none-any.whl#sha256=${hash}">a</a><br>
    <a data-requires-python="&gt;=3" href='https://files.example/a%2Bb-2.whl?x=1&amp;y=2#sha256=${hash.toUpperCase()}' data-yanked="broken">b</a>
    <a class="x">no link</a> <A HREF="c-3.whl">c</A></body></html>`;
  expect(parseSimplePage("text/html; charset=utf-8", html, "https://index.example/simple/a/").files).toEqual([
    {
      filename: "a-1-py3-none-any.whl",
      url: "https://index.example/f/a-1-py3-none-any.whl",
      sha256: hash,
      bytes: null,
      yanked: false,
    },
    {
      filename: "a+b-2.whl",
      url: "https://files.example/a%2Bb-2.whl?x=1&y=2",
      sha256: hash,
      bytes: null,
      yanked: true,
    },
    { filename: "c-3.whl", url: "https://index.example/simple/a/c-3.whl", sha256: null, bytes: null, yanked: false },
  ]);
  const { files } = parseSimplePage(
    "text/html",
    '<base href="https://cdn.example/x/"><a href="d.whl">d</a>',
    "https://i.example/",
  );
  const [based] = files;
  expect(based?.url).toBe("https://cdn.example/x/d.whl");
});

test("a JSON page", () => {
  const files = [
    { filename: "a-1.whl", url: "../../f/a-1.whl", hashes: { sha256: hash.toUpperCase() }, size: 12, yanked: false },
    { filename: "a-2.whl", url: "https://files.example/a-2.whl", hashes: {}, yanked: "too old" },
  ];
  expect(
    parseSimplePage("application/vnd.pypi.simple.v1+json", JSON.stringify({ files }), "https://i.example/simple/a/")
      .files,
  ).toEqual([
    { filename: "a-1.whl", url: "https://i.example/f/a-1.whl", sha256: hash, bytes: 12, yanked: false },
    { filename: "a-2.whl", url: "https://files.example/a-2.whl", sha256: null, bytes: null, yanked: true },
  ]);
});

test("a link that cannot be read is left out and counted, the others stay", () => {
  const bad = [
    "100%.whl",
    "a%2F..%2Fb.whl",
    "..%2f..%2fetc",
    "%00.whl",
    "https://:bad:/x.whl",
    `${"x".repeat(300)}.whl`,
    "./",
  ];
  const html = [...bad, "good-1.whl"].map((href) => `<a href="${href}">x</a>`).join("\n");
  const page = parseSimplePage("text/html", html, "https://i.example/simple/a/");
  expect(page.files.map(({ filename }) => filename)).toEqual(["good-1.whl"]);
  expect(page.skipped).toBe(bad.length);
  const good = { filename: "good-1.whl", url: "good-1.whl", hashes: { sha256: "no hash" } };
  const entries = [
    null,
    7,
    {},
    { ...good, url: "http://:x:" },
    { ...good, hashes: null },
    { ...good, size: -1 },
    { ...good, filename: "../../evil.whl" },
    { ...good, filename: "..\\evil.whl" },
    { ...good, filename: ".." },
  ];
  const json = parseSimplePage("application/json", JSON.stringify({ files: [...entries, good] }), "https://i.example/");
  expect(json.files).toEqual([
    { filename: "good-1.whl", url: "https://i.example/good-1.whl", sha256: null, bytes: null, yanked: false },
  ]);
  expect(json.skipped).toBe(entries.length);
});

test("attributes are read as browsers read them: quotes keep a >, comments hide links, the first of two counts", () => {
  const html = `<!-- <a href="hidden.whl"> --><a data-requires-python=">=3.9" href=plain-1.whl data-yanked>1</a>
    <A\n  title = 'a > b'\n HREF = 'two-2.whl' href="other.whl" / >2</A><a href="three&#45;3&#x2e;whl">3</a>
    <abbr href="none.whl"></abbr><a name="x">4</a><a href="open-5.whl">5</a><a href="never ends>6</a>`;
  const { files, skipped } = parseSimplePage("text/html", html, "https://i.example/");
  expect(files.map(({ filename, yanked }) => [filename, yanked])).toEqual([
    ["plain-1.whl", true],
    ["two-2.whl", false],
    ["three-3.whl", false],
    ["open-5.whl", false],
  ]);
  expect(skipped).toBe(0);
});

// Each took an expression that begins anew at each tag a time that grows with the square of the page: hours for these.
test.each(["<a ", "<a href ", "<base ", '<a href="x', "<a x=' ", "<!-- ", "<a b=c ", "&", "<", '<a href = "" '])(
  "a page of many times %j is read",
  (piece) => {
    expect(parseSimplePage("text/html", piece.repeat(200_000), "https://i.example/").files).toEqual([]);
    const closed = parseSimplePage("text/html", `<a href="a-1.whl">${piece.repeat(200_000)}`, "https://i.example/");
    expect(closed.files).toHaveLength(1);
  },
);

async function ask(indexes: readonly string[], project: string, filename: string, limits?: PageLimits) {
  const pip = { indexes, cert: null, proxy: null };
  const web = openWeb(pip, {});
  open.push(web);
  const choose = (files: readonly { filename: string }[]) => files.find((file) => file.filename === filename);
  return findFile(
    web,
    pip,
    { project, what: filename, choose: (files) => (choose(files) as (typeof files)[number] | undefined) ?? null },
    new AbortController().signal,
    limits,
  );
}

/** A server that answers each request in the same way; its address. */
async function answering(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => {
    response.on("error", () => undefined);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a page that does not end, one that comes a byte at a time, one that is deep, and one that leads in a circle are given up with the reason", async () => {
  const endless = await answering((response) => {
    const more = (): void => {
      while (!response.destroyed && response.write("<a href='x.whl'>x</a>".repeat(1000)));
    };
    response.on("drain", more);
    more();
  });
  const slow = await answering((response) => {
    const timer = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(timer));
  });
  const deep = await answering((response) => {
    response.writeHead(200, { "content-type": "application/json" }).end("[".repeat(100_000));
  });
  const round = await answering((response) => {
    response.writeHead(302, { location: "/a/" }).end();
  });
  const packed = await answering((response) => {
    response.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" });
    response.end(gzipSync(Buffer.alloc(5_000_000)));
  });
  const limits: PageLimits = { bytes: 1_000_000, milliseconds: 1000 };
  const message = await ask([endless, slow, deep, round, packed], "a", "a-1.whl", limits).then(String, String);
  expect(message).toContain(`${endless}/a/ sends more than 1 MB`);
  expect(message).toContain(`${slow}/a/ takes more than 1 s to send its page`);
  expect(message).toContain(`${deep}/a/ answers with something else than a package index's page`);
  expect(message).toContain(`${round}/a/ cannot be reached: redirect count exceeded`);
  expect(message).toContain(`${packed}/a/ sends more than 1 MB`);
});

test("links that cannot be read are told where the file is not found", async () => {
  const url = await answering((response) => {
    response.writeHead(200, { "content-type": "text/html" }).end('<a href="a-1.whl"></a><a href="%zz.whl"></a>');
  });
  expect((await ask([url], "a", "a-1.whl")).filename).toBe("a-1.whl");
  await expect(ask([url], "a", "a-2.whl")).rejects.toThrow(
    `${url}/a/ lists 1 file, but not that one (1 link cannot be read)`,
  );
});

async function indexWith(...names: string[]) {
  const index = await startIndex(Object.fromEntries(names.map((name) => [name, Buffer.from(name)])));
  open.push(index);
  return index;
}

test("an extra index is asked for what the first one lacks; names are written as indexes write them", async () => {
  const [first, second] = [await indexWith("other-1.whl"), await indexWith("my_project-1.whl")];
  const file = await ask([`${first.url}/`, second.url], "My.Project", "my_project-1.whl");
  expect(file.url).toBe(second.url.replace("/simple", "/files/my_project-1.whl"));
  expect(first.requests.map(({ path }) => path)).toEqual(["/simple/my-project/"]);
});

test("what no index has is said with the reason of each, without passwords", async () => {
  const [empty, other] = [await indexWith(), await indexWith("a-2.whl")];
  const page = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end("<html>log in first</html>");
  });
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  open.push({ close: () => new Promise((resolve) => page.close(resolve)) });
  const login = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
  const gone = await indexWith();
  await gone.close();
  const indexes = [empty.url.replace("//", "//me:secret@"), other.url, login, gone.url];
  const message = await ask(indexes, "a", "a-1.whl").then(String, (error: unknown) => String(error));
  expect(message).toContain("No package index has a-1.whl");
  expect(message).toContain(`${empty.url}/a/ answers 404`);
  expect(message).toContain(`${other.url}/a/ lists 1 file, but not that one`);
  expect(message).toContain(`${login}/a/ answers with something else`);
  expect(message).toContain(`${gone.url}/a/ cannot be reached`);
  expect(message).toContain("PIP_INDEX_URL");
  expect(message).not.toContain("secret");
});
