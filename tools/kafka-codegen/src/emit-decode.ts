import { defaultOf, isNullable } from "./field-types.ts";
import { flexibleDeclaration, flexibleTest, hasTags, type MessageScope, typeOf } from "./message-scope.ts";
import type { Field, Struct } from "./spec.ts";
import { intersect, versionTest, type VersionRange } from "./version-range.ts";

const readerOf = {
  bool: "readBool",
  int8: "readInt8",
  int16: "readInt16",
  uint16: "readUint16",
  int32: "readInt32",
  uint32: "readUint32",
  int64: "readInt64",
  float64: "readFloat64",
  uuid: "readUuid",
} as const;

/** The decoder of one struct: fields in wire order into constants, then one object, so that all its values have one shape. */
export function emitDecode(scope: MessageScope, struct: Struct): string {
  const name = typeOf(scope, struct.name);
  const isRoot = struct.name === "";
  const plain = struct.fields.filter((field) => field.tag === undefined).map((field) => plainField(scope, field, struct.versions));
  const tagged = taggedFields(scope, struct);
  const body = [...plain, tagged].join("\n");
  return [
    isRoot ? `/** Reads the body of a ${name}; the version must be one that the API has. */` : "",
    `${isRoot ? "export " : ""}function decode${name}(reader: WireReader, ${/\bversion\b|isFlexible/.test(body) || isRoot ? "version" : "_version"}: number): ${name} {`,
    isRoot ? `reader.what = \`${name} v\${version}\`;` : "",
    flexibleDeclaration(scope, struct, body),
    body,
    `return { ${struct.fields.map((field) => field.name).join(", ")} };`,
    "}",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function plainField(scope: MessageScope, field: Field, within: VersionRange): string {
  const test = versionTest(field.versions, within);
  const read = readExpression(scope, field, intersect(field.versions, within));
  return `const ${field.name} = ${test === "true" ? read : `${test} ? ${read} : ${defaultOf(scope, field)}`};`;
}

function taggedFields(scope: MessageScope, struct: Struct): string {
  if (!hasTags(scope, struct)) return "";
  const test = flexibleTest(scope, struct.versions);
  const tagged = struct.fields.filter((field) => field.tag !== undefined);
  const guard = (body: string): string => (test === "true" ? body : `if (${test}) ${body}`);
  if (tagged.length === 0) return guard("reader.skipTags();");
  const flexible = intersect(scope.flexible, struct.versions);
  const variables = tagged.map(
    (field) => `let ${field.name}: ${typeOf(scope, struct.name)}["${field.name}"] = ${defaultOf(scope, field)};`,
  );
  const cases = tagged.map((field) => {
    const fieldTest = versionTest(field.versions, flexible);
    const read = `${field.name} = ${readExpression(scope, field, intersect(field.versions, flexible))};`;
    return `case ${field.tag ?? 0}:\n${fieldTest === "true" ? read : `if (${fieldTest}) ${read}\nelse reader.position = end;`}\nbreak;`;
  });
  const loop = [
    "for (let left = reader.readTagCount(); left > 0; left--) {",
    "const tag = reader.readTag();",
    "const end = reader.tagEnd;",
    "switch (tag) {",
    ...cases,
    "default:\nreader.position = end;",
    "}",
    "reader.closeTag(end);",
    "}",
  ].join("\n");
  return `${variables.join("\n")}\n${test === "true" ? loop : `if (${test}) {\n${loop}\n}`}`;
}

/** Reads a field in versions that have it. */
function readExpression(scope: MessageScope, field: Field, within: VersionRange): string {
  const nullTest = field.nullable === undefined ? "false" : versionTest(field.nullable, within);
  if (!isNullable(field) || nullTest === "false") return readOne(scope, field, within, false);
  const nullable = readOne(scope, field, within, true);
  return nullTest === "true" ? nullable : `(${nullTest} ? ${nullable} : ${readOne(scope, field, within, false)})`;
}

function readOne(scope: MessageScope, field: Field, within: VersionRange, isNull: boolean): string {
  const flexible = flexibleTest(scope, within);
  const { type } = field;
  if (field.isArray) {
    const helper = isNull ? "decodeNullableArray" : "decodeArray";
    scope.imports.add(helper);
    return `${helper}(reader, ${flexible}, version, ${elementDecoder(scope, field, flexible)})`;
  }
  if (type.kind === "struct") {
    const decode = `decode${typeOf(scope, type.struct)}(reader, version)`;
    return isNull ? `reader.readIsPresent() ? ${decode} : null` : decode;
  }
  switch (type.scalar) {
    case "string":
      return `reader.read${isNull ? "Nullable" : ""}String(${flexible})`;
    case "bytes":
    case "records":
      return `reader.read${isNull ? "Nullable" : ""}Bytes(${flexible})`;
    default:
      return `reader.${readerOf[type.scalar]}()`;
  }
}

function elementDecoder(scope: MessageScope, field: Field, flexible: string): string {
  if (field.type.kind === "struct") return `decode${typeOf(scope, field.type.struct)}`;
  return elementFunction(scope, field.type.scalar, flexible, "decode");
}

/** `decodeInt32`, or the compact or classic one of a string. */
export function elementFunction(scope: MessageScope, scalar: string, flexible: string, verb: "decode" | "encode"): string {
  const use = (name: string): string => {
    scope.imports.add(name);
    return name;
  };
  if (scalar !== "string") return use(verb + scalar.slice(0, 1).toUpperCase() + scalar.slice(1));
  if (flexible === "true") return use(`${verb}CompactString`);
  if (flexible === "false") return use(`${verb}ClassicString`);
  return `${flexible} ? ${use(`${verb}CompactString`)} : ${use(`${verb}ClassicString`)}`;
}
