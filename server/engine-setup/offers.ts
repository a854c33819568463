/** What can be set up on a machine, and what it takes. */
import { engineVariants, type EngineOffer } from "../protocol/engine";
import { thisMachine, type Machine } from "./machine";
import { cudaLibraries, pinnedWheel } from "./pinned-wheels";
import { messageOf } from "../shared/user-error";

export function engineOffers(machine: Machine = thisMachine()): readonly EngineOffer[] {
  return engineVariants.map((variant) => {
    const more = variant === "cuda" ? cudaLibraries : { bytes: 0, unpackedBytes: 0 };
    try {
      const wheel = pinnedWheel(machine, variant);
      const download = wheel.bytes + more.bytes;
      return { variant, download, disk: wheel.unpackedBytes + more.unpackedBytes, obstacle: null };
    } catch (error) {
      return { variant, download: 0, disk: 0, obstacle: messageOf(error) };
    }
  });
}
