import { cliError } from "../errors.ts";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Lines of a byte stream, without their ends (LF or CRLF); a last line without an end counts, an empty one at the end does not. */
export async function* linesOf(input: AsyncIterable<Uint8Array>, lineBytesMax: number): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let lineNumber = 1;
  for await (const chunk of input) {
    const bytes = rest.byteLength === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield withoutReturn(bytes.subarray(start, end));
      start = end + 1;
      lineNumber++;
    }
    rest = bytes.subarray(start);
    if (rest.byteLength > lineBytesMax) {
      throw cliError("input-line-too-long", `a line is longer than ${lineBytesMax} bytes: split it`, { line: lineNumber });
    }
  }
  if (rest.byteLength > 0) yield withoutReturn(rest);
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
