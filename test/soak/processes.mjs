// The processes of one built product, by the scripts that they run.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const roles = {
  "cli.js": "terminal",
  "supervisor.js": "supervisor",
  "launcher.js": "launcher",
  "trainer.js": "trainer",
  "reward-process.js": "reward",
  "sandbox.mjs": "sandbox",
  "watchdog.js": "watchdog",
  "server.js": "editor",
  "trace-process.js": "traces",
};

/** `{ pid, command }` of all processes of this machine. */
function all() {
  if (process.platform === "linux")
    return readdirSync("/proc").flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      try {
        const state = readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\) /s, "");
        // What has ended and was not waited for is no process any more.
        if (/^[ZX]/.test(state)) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ") }];
      } catch {
        return [];
      }
    });
  if (process.platform === "win32") {
    const query = "Get-CimInstance Win32_Process | Select-Object ProcessId, CommandLine | ConvertTo-Json -Compress";
    const listed = JSON.parse(execFileSync("powershell", ["-NoProfile", "-Command", query], { encoding: "utf8" }));
    return listed.map(({ ProcessId, CommandLine }) => ({ pid: ProcessId, command: CommandLine ?? "" }));
  }
  return execFileSync("ps", ["-A", "-o", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => {
      const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), command }];
    });
}

/** `{ pid, role, command }` of the processes of a `dist` folder; what has no role of its own is `other`. */
export function processesOf(dist) {
  return all()
    .filter(({ command }) => command.includes(dist))
    .map(({ pid, command }) => {
      const script = Object.keys(roles).find(
        (name) => command.includes(`${dist}/${name}`) || command.includes(`${dist}\\${name}`),
      );
      return { pid, command, role: roles[script] ?? (command.includes("--service=") ? "bundler" : "other") };
    });
}

/** Ends processes at once, as far as they are there. */
export function kill(processes) {
  for (const { pid } of processes)
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
}
