import { t } from "./l10n";

const units = ["kB", "MB", "GB", "TB"];

/** Bytes as people say them, in decimal units: `274 MB`, `1.4 GB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = -1;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit < 0 ? t("{0} bytes", value.toFixed(0)) : `${value.toFixed(unit < 2 ? 0 : 1)} ${units[unit]!}`;
}
