/** A row of a CSV file: everything is text. */
export type CsvRow = Readonly<Record<string, string>>;
