import fc from "fast-check";
import { expect, test } from "vitest";
import { compareVersions, extraRequirements, parseRequirement } from "./requirements";

const accepts = (requirement: string, version: string): boolean => parseRequirement(requirement)!.accepts(version);

test.each([
  ["nvidia-cublas-cu12<13.0,>=12.5.3.2", "12.5.3.2", true],
  ["nvidia-cublas-cu12<13.0,>=12.5.3.2", "12.5.3.1", false],
  ["nvidia-cublas-cu12<13.0,>=12.5.3.2", "12.10", true],
  ["nvidia-cublas-cu12<13.0,>=12.5.3.2", "13.0.0", false],
  ["nvidia-cudnn-cu12 (>=9.3.0.75,<10.0)", "9.30.0.1", true],
  ["a==1.2", "1.2.0", true],
  ["a==1.2.*", "1.2.9", true],
  ["a==1.2.*", "1.20", false],
  ["a!=1.2", "1.2", false],
  ["a~=2.2", "2.9", true],
  ["a~=2.2", "3.0", false],
  ["a>1,<=2", "2.0", true],
  ["a", "0.1", true],
  ["a>=1", "2.0rc1", false],
  ["a>=1", "2.0.dev3", false],
])("%s and %s", (requirement, version, expected) => {
  expect(accepts(requirement, version)).toBe(expected);
});

test("what is not understood is no requirement", () => {
  expect(parseRequirement("a @ https://example/a.whl")).toBeNull();
  expect(parseRequirement("a>>1")).toBeNull();
});

test("only the lines of the extra count", () => {
  const metadata = [
    "Requires-Dist: numpy>=1.26",
    'Requires-Dist: tensorboard>=2; python_version < "3.12"',
    'Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"',
    "Requires-Dist: nvidia-nccl-cu12 (>=2.27.7,<3.0) ; extra == 'and-cuda'",
    'Requires-Dist: other; extra == "gcs"',
  ].join("\n");
  expect(extraRequirements(metadata, "and-cuda").map(({ project }) => project)).toEqual([
    "nvidia-cudnn-cu12",
    "nvidia-nccl-cu12",
  ]);
});

test("versions are in one order, in which trailing zeros do not count", () => {
  const version = fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
      expect(compareVersions(a, `${a}.0`)).toBe(0);
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});
