// Bundling of @tensorflow/tfjs-node-gpu's TypeScript sources: only its kernel backend, on our one copy of tfjs-core, without the parts that load
// the native binding (which comes from the user's machine), write TensorBoard files or need what newer Node has no longer.
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { build } from "esbuild";

const packageRoot = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-node-gpu/package.json"));
const sources = join(packageRoot, "src");
const inPackage = (importer) => importer.startsWith(sources);

/** `util` has no `isNullOrUndefined` since Node 23. */
const nodeUtil = "export const isNullOrUndefined = (value) => value == null; export const isArray = Array.isArray;";

/** @returns {import("esbuild").Plugin} */
export function tfjsNode() {
  return {
    name: "tfjs-node",
    setup(build) {
      // Its ES modules in place of dist/: of those, only what is used of tfjs-core comes along.
      build.onResolve({ filter: /^@tensorflow\/tfjs-node-gpu\/dist\// }, ({ path }) => ({
        path: join(sources, `${path.slice("@tensorflow/tfjs-node-gpu/dist/".length)}.ts`),
      }));
      build.onResolve({ filter: /^@tensorflow\/tfjs$/ }, ({ importer, kind, resolveDir }) =>
        inPackage(importer) ? build.resolve("@tensorflow/tfjs-core", { kind, resolveDir }) : undefined,
      );
      build.onResolve({ filter: /^util$/ }, ({ importer }) =>
        inPackage(importer) ? { path: "util", namespace: "tfjs-node" } : undefined,
      );
      build.onResolve({ filter: /proto\/api_pb$/ }, ({ importer }) =>
        inPackage(importer) ? { path: "api_pb", namespace: "tfjs-node" } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: "tfjs-node" }, ({ path }) => ({
        contents: path === "util" ? nodeUtil : "export {};",
      }));
    },
  };
}

const entry = "/server/engine/tensorflow/package.ts";

/**
 * The same for vitest, which would load the package with a copy of tfjs-core of its own.
 * @returns {import("vitest/config").ViteUserConfig["plugins"][number]}
 */
export function tfjsNodeForTests() {
  return {
    name: "tfjs-node",
    enforce: "pre",
    async load(id) {
      if (!id.replaceAll("\\", "/").endsWith(entry)) return null;
      const { outputFiles } = await build({
        bundle: true,
        write: false,
        platform: "node",
        target: "node22",
        format: "esm",
        logLevel: "warning",
        entryPoints: [id],
        external: ["@tensorflow/tfjs-core"],
        plugins: [tfjsNode()],
      });
      return outputFiles[0].text;
    },
  };
}
