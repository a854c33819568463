import { UserError } from "../shared/user-error";

/** Something that people can do something about: the message says what it is and what to do. */
export class SetupError extends UserError {
  override readonly name = "SetupError";
}

/** What this machine or its network lacks: a package index, a compiler, a package for the platform. */
export class UnavailableError extends SetupError {}
