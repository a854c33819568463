/** A run's health in a terminal: what its numbers show, where, and what people do about it. */
import type { HealthNotes } from "../protocol/health";

const number = (value: number): string => String(Number(value.toPrecision(4)));

/** Null where there is nothing to say. */
export function healthText(notes: HealthNotes): string | null {
  if (notes.length === 0) return null;
  const lines = notes.flatMap(({ kind, stage, title, text, evidence, remedy, source, settings }) => [
    `  ${kind === "alarm" ? "Alarm" : "Advice"}: ${stage}: ${title}. ${text}`,
    ...evidence.map(({ metric, what, step, value }) => `    ${metric} at step ${step}: ${number(value)} (${what})`),
    `    ${remedy} (${source.title}, ${source.url})`,
    `    Settings: ${settings.join(", ")}`,
  ]);
  return ["Health:", ...lines].join("\n");
}
