import type { FieldType } from "@millrace/model";
import type { ScalarReader } from "./json-scalar.ts";
import type { JsonShape, RecordReader } from "./json-shape.ts";

/**
 * What `createShapeReader` gives, as code made for the shape: bytes between values are compared without a loop, whole numbers and texts that nobody reads are gone over
 * in place, the object is one literal (decision 0018). Nothing of a record gets into the code as text: bytes stand in it as numbers, names are the schema's, as JSON.
 */
export function createGeneratedReader(shape: JsonShape, names: readonly string[], reader: ScalarReader): RecordReader {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is made here, of numbers and quoted names
  const create = new Function("reader", codeOf(shape, names)) as (reader: ScalarReader) => RecordReader;
  return create(reader);
}

/** Whether this process makes code of texts: `--disallow-code-generation-from-strings` forbids it, and readers walk their shapes. */
export function canGenerateCode(): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what is asked
    return typeof new Function("return true") === "function";
  } catch {
    return false;
  }
}

function codeOf({ fields, suffix }: JsonShape, names: readonly string[]): string {
  const literal = names.map((name, index) => `[${JSON.stringify(name)}]: value${index}`);
  return [
    '"use strict";',
    "return (bytes, start, end) => {",
    "let position = start, first = 0, last = 0, byte = 0;",
    ...fields.flatMap(({ prefix, type, name }) => [
      `if (position + ${prefix.length} >= end || ${differs(prefix)}) return undefined;`,
      `position += ${prefix.length};`,
      ...(type === undefined ? SKIP : type === "int" ? intCode(names.indexOf(name)) : valueCode(type, names.indexOf(name))),
    ]),
    `if (end - position !== ${suffix.length}${suffix.length === 0 ? "" : ` || ${differs(suffix)}`}) return undefined;`,
    `return { ${literal.join(", ")} };`,
    "};",
  ].join("\n");
}

function differs(expected: Uint8Array): string {
  return Array.from(expected, (byte, index) => `bytes[position + ${index}] !== ${byte}`).join(" || ");
}

/** A text without escapes in place, anything else by the reader. */
const SKIP: readonly string[] = [
  "if (bytes[position] === 34) {",
  "while (++position < end && (byte = bytes[position]) !== 34) if (byte === 92 || byte < 32) return undefined;",
  "if (position++ >= end) return undefined;",
  "} else {",
  "position = reader.skip(bytes, position, end);",
  "if (position < 0) return undefined;",
  "}",
];

function valueCode(type: FieldType, index: number): readonly string[] {
  return [`const value${index} = reader.${type}(bytes, position, end);`, "position = reader.end;", "if (position < 0) return undefined;"];
}

/** Up to 9 digits, which make a small integer, in place; anything else by the reader. */
function intCode(index: number): readonly string[] {
  const value = `value${index}`;
  return [
    `let ${value} = 0;`,
    "last = first = bytes[position] === 45 ? position + 1 : position;",
    `while (last < end && last - first < 10 && (byte = bytes[last]) >= 48 && byte <= 57) ${value} = ${value} * 10 + byte - 48, last++;`,
    "if (last > first && last - first < 10 && (byte === 44 || byte === 125) && (last - first === 1 || bytes[first] !== 48)) {",
    `if (first !== position) ${value} = -${value};`,
    "position = last;",
    "} else {",
    `${value} = reader.int(bytes, position, end);`,
    "position = reader.end;",
    "if (position < 0) return undefined;",
    "}",
  ];
}
