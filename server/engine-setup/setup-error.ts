/** Something that people can do something about: the message says what it is and what to do. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
