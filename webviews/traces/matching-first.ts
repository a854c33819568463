/** The samples of a group that a filter asks for stand first: who opens "Refused: unreadable" looks for one sample of many. */
export function matchingFirst<T extends { readonly sample: number }>(
  samples: readonly T[],
  matching: ReadonlySet<number> | null,
): readonly T[] {
  if (matching === null) return samples;
  return [
    ...samples.filter(({ sample }) => matching.has(sample)),
    ...samples.filter(({ sample }) => !matching.has(sample)),
  ];
}
