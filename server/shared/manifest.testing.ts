import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** The manifest as VS Code shows it in English: with its texts in the places of their keys. */
export function readManifest(root: string): unknown {
  const texts = z
    .record(z.string(), z.string())
    .parse(JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")));
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8"), (_, value: unknown) => {
    const [, key] = typeof value === "string" ? (/^%(.*)%$/.exec(value) ?? []) : [];
    return key === undefined ? value : texts[key];
  });
}
