import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { findFile, parseSimplePage } from "./simple-index";
import { startIndex } from "./test-index";
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
  expect(parseSimplePage("text/html; charset=utf-8", html, "https://index.example/simple/a/")).toEqual([
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
  const [based] = parseSimplePage(
    "text/html",
    '<base href="https://cdn.example/x/"><a href="d.whl">d</a>',
    "https://i.example/",
  );
  expect(based?.url).toBe("https://cdn.example/x/d.whl");
});

test("a JSON page", () => {
  const files = [
    { filename: "a-1.whl", url: "../../f/a-1.whl", hashes: { sha256: hash.toUpperCase() }, size: 12, yanked: false },
    { filename: "a-2.whl", url: "https://files.example/a-2.whl", hashes: {}, yanked: "too old" },
  ];
  expect(
    parseSimplePage("application/vnd.pypi.simple.v1+json", JSON.stringify({ files }), "https://i.example/simple/a/"),
  ).toEqual([
    { filename: "a-1.whl", url: "https://i.example/f/a-1.whl", sha256: hash, bytes: 12, yanked: false },
    { filename: "a-2.whl", url: "https://files.example/a-2.whl", sha256: null, bytes: null, yanked: true },
  ]);
});

async function ask(indexes: readonly string[], project: string, filename: string) {
  const pip = { indexes, cert: null, proxy: null };
  const web = openWeb(pip, {});
  open.push(web);
  const choose = (files: readonly { filename: string }[]) => files.find((file) => file.filename === filename);
  return findFile(
    web,
    pip,
    { project, what: filename, choose: (files) => (choose(files) as (typeof files)[number] | undefined) ?? null },
    new AbortController().signal,
  );
}

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
  expect(message).toContain(`${other.url}/a/ lists 1 files, but not that one`);
  expect(message).toContain(`${login}/a/ answers with something else`);
  expect(message).toContain(`${gone.url}/a/ cannot be reached`);
  expect(message).toContain("PIP_INDEX_URL");
  expect(message).not.toContain("secret");
});
