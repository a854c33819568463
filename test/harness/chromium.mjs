import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { mustRun } from "./child.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge", "chrome"];

/** A Chromium-like browser of this machine, or null. `REASONING_LAB_CHROMIUM` names another one. */
export function findChromium() {
  const chosen = process.env.REASONING_LAB_CHROMIUM;
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`REASONING_LAB_CHROMIUM is ${chosen}, and there is no such file.`);
    return chosen;
  }
  return candidates().find((path) => existsSync(path)) ?? null;
}

function candidates() {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name + suffix)));
  if (process.platform === "darwin") {
    return ["Google Chrome", "Chromium", "Microsoft Edge"]
      .map((name) => join("/Applications", `${name}.app`, "Contents", "MacOS", name))
      .concat(onPath);
  }
  if (process.platform === "win32") {
    return [process.env["ProgramFiles"], process.env["ProgramFiles(x86)"], process.env["LOCALAPPDATA"]]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => [
        join(folder, "Google", "Chrome", "Application", "chrome.exe"),
        join(folder, "Microsoft", "Edge", "Application", "msedge.exe"),
      ])
      .concat(onPath);
  }
  return onPath;
}

/** Finds a Chromium; on Debian and its relatives root gets one installed. */
export async function needChromium() {
  const found = findChromium();
  if (found) return found;
  if (existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
    console.log("Installing Chromium, which the tests in VS Code look through …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await mustRun("apt-get", ["update", "-q"], { env });
    await mustRun("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], { env });
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error(
    "The tests in VS Code need Chromium, Chrome or Edge. Install one, or name its program in REASONING_LAB_CHROMIUM.",
  );
}
