/** Versions from `min` to `max`, both inclusive: Kafka's own way to count them. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** `3+`, `2-7` or `4`, within the range of the API. */
export function parseVersions(text: string, within: VersionRange): VersionRange {
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text);
  if (match === null) throw new Error(`versions "${text}" are none of 3+, 2-7, 4 or none`);
  const min = Number(match[1]);
  const max = match[2] === "+" ? within.max : Number(match[3] ?? min);
  return { min: Math.max(min, within.min), max: Math.min(max, within.max) };
}

export function isEmpty({ min, max }: VersionRange): boolean {
  return min > max;
}

export function intersect(a: VersionRange, b: VersionRange): VersionRange {
  return { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
}

/** The test that `version`, which is in `within`, is in `range`: source text, `true` or `false` where the answer is always the same. */
export function versionTest(range: VersionRange, within: VersionRange): string {
  const common = intersect(range, within);
  if (isEmpty(common)) return "false";
  const tests = [
    ...(common.min > within.min ? [`version >= ${common.min}`] : []),
    ...(common.max < within.max ? [`version <= ${common.max}`] : []),
  ];
  return tests.length === 0 ? "true" : tests.join(" && ");
}
