/** The function, which gives what it gave last as long as it is called with the same arguments: what is drawn with each frame is not worked out with each. */
export function latest<A extends readonly unknown[], R>(work: (...given: A) => R): (...given: A) => R {
  let known: { readonly given: A; readonly result: R } | null = null;
  return (...given) => {
    if (known === null || given.length !== known.given.length || given.some((one, at) => one !== known?.given[at]))
      known = { given, result: work(...given) };
    return known.result;
  };
}
