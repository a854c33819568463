/** Counts of a part's tests, and the names of those that failed. */
interface PartResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures?: readonly string[];
  readonly said?: string;
}
export const reports: string;
export const parts: (desktop: string | undefined) => Readonly<Record<string, () => Promise<PartResult>>>;
