/** A program that lives in a sandbox: both languages are spoken to in this way. */
import type { StepOutcome, Value } from "../../protocol/sandbox";
import type { BoundedText } from "./bounded-text";

/** Where the text goes that a program prints. */
export interface GuestStreams {
  /** Bytes of output, and of errors, that are kept. */
  readonly keep: number;
  readonly onOutput: (bytes: Uint8Array) => void;
  readonly onErrors: (bytes: Uint8Array) => void;
}

/** What a call came to, before anybody compared it. */
export type CallOutcome = StepOutcome | { readonly kind: "value"; readonly value: Value };

/** How a whole program ended, likewise. */
export type ProgramOutcome = StepOutcome | { readonly kind: "ended"; readonly code: number };

export interface Guest {
  /** Reads the program: its top level runs. Null when that went well. */
  load(code: string): StepOutcome | null;
  /** Runs a whole program on an input. */
  program(code: string, input: string): ProgramOutcome;
  call(name: string, values: readonly Value[]): CallOutcome;
  readonly output: BoundedText;
  readonly errors: BoundedText;
  /** Whether it can be spoken to no more. */
  readonly dead: boolean;
  /** Gives back what it was run in. */
  close(): void;
}
