/** What a run takes on the disk. */
import { readdir, lstat } from "node:fs/promises";
import { join } from "node:path";

/** Files whose sizes are asked for at a time. */
const atOnce = 32;

/** Bytes of all files of a run folder; links are not followed. What vanishes meanwhile counts nothing. */
export async function runSize(runFolder: string): Promise<number> {
  const files = await readdir(runFolder, { withFileTypes: true, recursive: true }).catch(() => []);
  const paths = files.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  let bytes = 0;
  for (let at = 0; at < paths.length; at += atOnce) {
    const sizes = await Promise.all(
      paths.slice(at, at + atOnce).map((path) =>
        lstat(path).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    bytes += sizes.reduce((sum, size) => sum + size, 0);
  }
  return bytes;
}
