import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startIndex } from "./index.testing";
import { openWeb, shownUrl } from "./web";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const never = new AbortController().signal;
const indexOf = async () => {
  const index = await startIndex({ "a-1.whl": Buffer.from("a") });
  open.push(index);
  return index;
};
const webOf = (...args: Parameters<typeof openWeb>) => {
  const web = openWeb(...args);
  open.push(web);
  return web;
};

/** A proxy that answers everything itself, with the address that was asked for. */
async function proxy(): Promise<{ readonly address: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end("through the proxy");
  });
  server.on("connect", (request, socket) => {
    asked.push(`tunnel to ${request.url ?? ""}`);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test("HTTP_PROXY is used, NO_PROXY goes around it, and pip's proxy comes before both", async () => {
  const index = await indexOf();
  const [first, second] = [await proxy(), await proxy()];
  const environment = { HTTP_PROXY: `http://${first.address}` };
  const read = async (...args: Parameters<typeof openWeb>) =>
    (await webOf(...args).get(`${index.url}/a/`, {}, never)).text();
  expect(await read(index.pip, environment)).toBe("through the proxy");
  expect(first.asked).toEqual([`${index.url}/a/`]);
  expect(await read(index.pip, { ...environment, no_proxy: "127.0.0.1" })).toContain("a-1.whl");
  expect(await read({ ...index.pip, proxy: `http://${second.address}` }, environment)).toBe("through the proxy");
  expect(second.asked).toHaveLength(1);
});

test("HTTPS goes through a tunnel of the proxy", async () => {
  const { address, asked } = await proxy();
  const web = webOf({ indexes: [], cert: null, proxy: null }, { HTTPS_PROXY: `http://${address}` });
  await expect(web.get("https://index.example/simple/", {}, never)).rejects.toThrow(/cannot be reached/);
  expect(asked).toEqual(["tunnel to index.example:443"]);
});

test("an index with a password gets it, its files too, and nobody reads it in a message", async () => {
  const index = await indexOf();
  const secret = index.url.replace("//", "//me:p%40ss@");
  const web = webOf({ ...index.pip, indexes: [secret] }, {});
  await (await web.get(`${secret}/a/`, {}, never)).text();
  await (await web.get(index.url.replace("/simple", "/files/a-1.whl"), {}, never)).text();
  const expected = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
  expect(index.requests.map(({ authorization }) => authorization)).toEqual([expected, expected]);
  expect(shownUrl(`${secret}/a/`)).toBe(`${index.url}/a/`);
  // A password with a % that is no escape.
  await (await web.get(index.url.replace("//", "//me:100%@"), {}, never)).text();
  expect(index.requests.at(-1)?.authorization).toBe(`Basic ${Buffer.from("me:100%").toString("base64")}`);
});

test("a host that cannot be reached is named with the reason; so are a bad address and a bad certificate file", async () => {
  const index = await indexOf();
  await index.close();
  open.splice(0);
  const web = webOf(index.pip, {});
  await expect(web.get(`${index.url}/a/`, {}, never)).rejects.toThrow(
    new RegExp(`${index.url}/a/ cannot be reached: .*ECONNREFUSED`),
  );
  await expect(web.get("ftp://x/simple", {}, never)).rejects.toThrow(/must begin with https/);
  expect(() => openWeb({ ...index.pip, cert: "/no/such.pem" }, {})).toThrow(/\/no\/such\.pem.*PIP_CERT/);
});
