/** How this program was started, as it would be typed again. */
import { basename, isAbsolute, relative } from "node:path";

/** Arguments with white space or signs that shells read are put in quotes, which every shell understands. */
export const quoted = (argument: string): string =>
  /^[\w@%+=:,./\\~-]+$/.test(argument) ? argument : `"${argument.replaceAll(/(["$`])/g, "\\$1")}"`;

/** A path as it is shorter to type: from the current folder where it lies in it. */
export function typedPath(path: string, folder: string): string {
  if (!isAbsolute(path)) return path;
  const inside = relative(folder, path);
  return inside === "" || isAbsolute(inside) || inside.startsWith("..") ? path : inside;
}

/** `reasoning-lab` where it was started by that name, else the runtime and the script: `node dist/cli.js`. */
export function commandText(runtime: string, script: string, folder: string): string {
  if (basename(script).replace(/\.cmd$/i, "") === "reasoning-lab") return "reasoning-lab";
  return `${quoted(typedPath(runtime, folder))} ${quoted(typedPath(script, folder))}`;
}

/** `FILE` or `FILE#EXPORT`: folders and files may have a # in their names, exports have nothing that paths are made of. */
export function typedReward(text: string): { readonly file: string; readonly name: string | null } {
  const [, file = text, name = null] = /^([\s\S]*)#([\w$]*)$/.exec(text) ?? [];
  return { file, name };
}
