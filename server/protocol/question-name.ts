/** One text for the same question, in whatever order its parameters stand. */
export const questionName = (method: string, params: unknown): string => JSON.stringify([method, params], sorted);

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
