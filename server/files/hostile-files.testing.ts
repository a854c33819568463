/** Files that a folder from elsewhere may hold in place of what one expects. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

/** A file of 8 GB that takes no room on the disk. */
function sparse(path: string): void {
  writeFileSync(path, "");
  truncateSync(path, 8 * 2 ** 30);
}

/** Each makes its like at a path. Windows has none of the first three among its files. */
export const hostileFiles: readonly (readonly [name: string, make: (path: string) => void, says: RegExp])[] = [
  ...(process.platform === "win32"
    ? []
    : ([
        ["a pipe that nobody writes to", (path) => execFileSync("mkfifo", [path]), /is a pipe, not a file/],
        ["a link to an endless device", (path) => symlinkSync("/dev/zero", path), /is a device, not a file/],
        ["a link to a terminal", (path) => symlinkSync("/dev/tty", path), /is a device, not a file/],
      ] satisfies (readonly [string, (path: string) => void, RegExp])[])),
  ["a folder", (path) => mkdirSync(path), /is a folder, not a file/],
  ["a sparse file of 8 GB", sparse, /has 8\.6 GB; files of its kind are read up to/],
];

/** A socket at a path, until the returned function is called. */
export async function hostileSocket(path: string): Promise<() => void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return () => server.close();
}
