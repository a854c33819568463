/** Argument of `reward-process` by which it counts what runs of its module. */
export const coverageArgument = "--coverage";
