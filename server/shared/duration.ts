import { t } from "./l10n";

/** A duration as people say it: `42 s`, `2 min 5 s`, `12 min`, `1 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t("{0} s", whole);
  const minutes = Math.round(whole / 60);
  if (whole < 600 && whole % 60 !== 0) return t("{0} min {1} s", Math.floor(whole / 60), whole % 60);
  if (minutes < 60) return t("{0} min", minutes);
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? t("{0} h", hours) : t("{0} h {1} min", hours, minutes % 60);
}
