/** Checksums of a checkpoint's files, in the format of `sha256sum`: written with them, compared when they are read. */
import { readBytes, readTextSoon, sizeLimits, streamFile, UnusableFile } from "../files/workspace-file";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { partsOf, type FileContent } from "../shared/file-content";
import { UserError } from "../shared/user-error";

export const checksumFile = "SHA256SUMS";

/** `sha256sum --check SHA256SUMS` reads it too. */
export const checksumLine = (name: string, sum: string): string => `${sum}  ${name}\n`;

export const checksumsOf = (files: Readonly<Record<string, FileContent>>): string =>
  Object.entries(files)
    .map(([name, content]) => {
      const hash = createHash("sha256");
      for (const part of partsOf(content)) hash.update(part);
      return checksumLine(name, hash.digest("hex"));
    })
    .join("");

/** A file beside the sums or in a folder there: no way out of the checkpoint. */
const line = /^([0-9a-f]{64}) {2}((?:[\w.-]+\/)*[\w-][\w.-]*)$/;

/**
 * Compares the files of a checkpoint folder whose names are `wanted` with its sums; a folder without sums is one from elsewhere. Throws with the
 * file that is missing, or is not what was written.
 */
export async function verifyChecksums(folder: string, wanted: (name: string) => boolean): Promise<void> {
  const path = join(folder, checksumFile);
  if (!existsSync(path)) return;
  const sums = await readTextSoon(path, sizeLimits.recipe);
  if (sums.trim() === "") throw new UserError(`${path} is damaged: it is empty.`);
  for (const text of sums.split("\n")) {
    if (text === "") continue;
    const [, sum, name] = line.exec(text) ?? [];
    if (sum === undefined || name === undefined || name.startsWith("/") || name.split("/").includes(".."))
      throw new UserError(`${path} is damaged: ${JSON.stringify(text.slice(0, 80))} is no checksum of a file.`);
    if (!wanted(name)) continue;
    const found = await sha256(join(folder, name)).catch((cause: unknown) => {
      if (cause instanceof UnusableFile) throw cause;
      throw new UserError(`The checkpoint ${folder} has no ${name} that can be read.`, { cause });
    });
    if (found !== sum)
      throw new UserError(
        `${join(folder, name)} is not what was written: it was damaged or changed (its SHA-256 is not the one in ${checksumFile}). ` +
          `If you changed it on purpose, delete its line there.`,
      );
  }
}

/** Tensors are as large as they are; what is read whole afterwards is no larger than that may be. */
async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  if (!path.endsWith("tensors")) return hash.update(readBytes(path, sizeLimits.model)).digest("hex");
  for await (const part of streamFile(path)) hash.update(part as Buffer);
  return hash.digest("hex");
}
