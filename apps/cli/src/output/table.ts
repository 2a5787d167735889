/** Rows under a heading, columns as wide as they need; numbers (by their look) are aligned to the right. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const isNumber = heading.map(
    (_, column) =>
      rows.length > 0 && rows.every((row) => /^[-–\d.,]*( ?[a-z/%]+)?$/i.test(row[column] ?? "") && /^[-–\d]/.test(row[column] ?? "")),
  );
  const line = (row: readonly string[]): string => {
    const cells = widths.map((width, column) =>
      isNumber[column] === true ? (row[column] ?? "").padStart(width) : (row[column] ?? "").padEnd(width),
    );
    return cells.join("  ").trimEnd();
  };
  return `${all.map(line).join("\n")}\n`;
}
