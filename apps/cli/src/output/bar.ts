const WIDTH = 24;

/** [##########··············] of a part of a whole; full where there is nothing to do. */
export function bar(done: number, total: number): string {
  const share = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
  const filled = Math.floor(share * WIDTH);
  return `[${"#".repeat(filled)}${"·".repeat(WIDTH - filled)}]`;
}
