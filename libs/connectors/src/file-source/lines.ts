import { createReadStream } from "node:fs";
import { LINE_LENGTH_MAX, READ_BYTES } from "../limits.ts";
import { errors } from "../errors.ts";

/** The lines of a UTF-8 file, without their ends (LF or CR LF), in lists as they are read. What follows the last line end is a line if it is not empty. */
export async function* lines(path: string): AsyncGenerator<readonly string[]> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: READ_BYTES }) as AsyncIterable<string>) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > LINE_LENGTH_MAX) throw errors.badFile(path, `a line is longer than ${LINE_LENGTH_MAX} characters`);
    if (parts.length > 0) yield parts.map(withoutCarriageReturn);
  }
  if (rest !== "") yield [withoutCarriageReturn(rest)];
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
