import type * as z from "zod";
import { messageOf } from "./user-error";

/**
 * A message of another process by its schema; null where it is none. What another process says ends nobody who hears it: also what is nested too deep
 * to be looked at is none.
 */
export function readMessage<T>(schema: z.ZodType<T>, data: unknown): T | null {
  try {
    return schema.safeParse(data).data ?? null;
  } catch {
    return null;
  }
}

/** Runs what a message asks for. What it throws goes to `failed`, and never out of the handler, where it would end the process. */
export function guarded(work: () => void, failed: (message: string) => void): void {
  try {
    work();
  } catch (error) {
    failed(messageOf(error));
  }
}
