/** What the repository's pages say of its files: links that lead somewhere, sources that are there. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const pages = ["*.md", "docs/**/*.md", ".github/**/*.md"].flatMap((pattern) => globSync(pattern, { cwd: root }));
const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

/** The names by which GitHub links to a page's headings. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

test("links between the repository's own pages lead somewhere, to headings too", () => {
  const leads = (page: string, link: string): boolean => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(page, "..", path);
    if (!existsSync(join(root, target))) return false;
    return anchor === undefined || !target.endsWith(".md") || anchorsOf(textOf(target)).includes(anchor);
  };
  const broken = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)[^)]*\)/g)]
      .filter((match) => !leads(page, match[1]!))
      .map((match) => `${page}: ${match[1]!}`),
  );
  expect(pages.length).toBeGreaterThan(10);
  expect(broken).toEqual([]);
});

test("every source file that a page names is there", () => {
  const sources = ["client", "server", "webviews", "test"].flatMap((room) =>
    globSync(`${room}/**/*.{ts,mjs,py}`, { cwd: root }),
  );
  const names = [...sources, "esbuild.mjs", "eslint.config.mjs"].map((path) => `/${path.replaceAll("\\", "/")}`);
  const gone = pages
    .filter((page) => !page.endsWith("CHANGELOG.md"))
    .flatMap((page) =>
      [...textOf(page).matchAll(/`(?!dist\/)([\w@./-]+(?<!\.d)\.(?:ts|mjs|py))`/g)]
        .map((match) => match[1]!)
        // NAME stands for a name.
        .filter((path) => !path.includes("NAME") && !names.some((name) => name.endsWith(`/${path}`)))
        .map((path) => `${page}: ${path}`),
    );
  expect(gone).toEqual([]);
});
