/** What is to be known of a machine to choose packages for it. */
import { readFileSync } from "node:fs";
import * as z from "zod";

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Version of the GNU C library, `[2, 36]`; null where another one is used. */
  readonly glibc: readonly [number, number] | null;
  /** `ID` and `ID_LIKE` of a Linux distribution: `["ubuntu", "debian"]`. */
  readonly distribution: readonly string[];
}

const reportSchema = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) });

function glibcVersion(): readonly [number, number] | null {
  const report = reportSchema.safeParse(process.report.getReport());
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(report.data?.header.glibcVersionRuntime ?? "") ?? [];
  return major === undefined || minor === undefined ? null : [Number(major), Number(minor)];
}

/** Names of a distribution out of the text of `/etc/os-release`. */
export function distributionNames(osRelease: string): readonly string[] {
  return ["ID", "ID_LIKE"].flatMap((key) => {
    const [, value] = new RegExp(`^${key}=["']?([^"'\\n]*)`, "m").exec(osRelease) ?? [];
    return value?.split(/\s+/).filter((name) => name !== "") ?? [];
  });
}

function distribution(): readonly string[] {
  try {
    return distributionNames(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return [];
  }
}

export function thisMachine(): Machine {
  const linux = process.platform === "linux";
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: linux ? glibcVersion() : null,
    distribution: linux ? distribution() : [],
  };
}
