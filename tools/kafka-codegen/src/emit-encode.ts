import { elementFunction } from "./emit-decode.ts";
import { defaultOf, isNullable } from "./field-types.ts";
import {
  flexibleDeclaration,
  flexibleTest,
  hasTags,
  initTypeOf,
  isOptional,
  type MessageScope,
  structOf,
  typeOf,
} from "./message-scope.ts";
import type { Field, Struct } from "./spec.ts";
import { intersect, versionTest, type VersionRange } from "./version-range.ts";

const writerOf = {
  bool: "writeBool",
  int8: "writeInt8",
  int16: "writeInt16",
  uint16: "writeUint16",
  int32: "writeInt32",
  uint32: "writeUint32",
  int64: "writeInt64",
  float64: "writeFloat64",
  uuid: "writeUuid",
} as const;

/** The encoder of one struct, with the mirror of its decoder's conditions. */
export function emitEncode(scope: MessageScope, struct: Struct): string {
  const name = typeOf(scope, struct.name);
  const isRoot = struct.name === "";
  const plain = struct.fields.filter((field) => field.tag === undefined).map((field) => plainField(scope, field, struct.versions));
  const body = [...plain, taggedFields(scope, struct)].filter((line) => line !== "").join("\n");
  const used = (parameter: string): string => (new RegExp(`\\b${parameter}\\b`).test(body) ? parameter : `_${parameter}`);
  const version = /\bversion\b|isFlexible/.test(body) ? "version" : "_version";
  return [
    isRoot ? `/** Writes the body of a ${name}; the version must be one that the API has. */` : "",
    `${isRoot ? "export " : ""}function encode${name}(${used("writer")}: WireWriter, ${used("value")}: ${initTypeOf(scope, struct.name)}, ${version}: number): void {`,
    flexibleDeclaration(scope, struct, body),
    body,
    "}",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function plainField(scope: MessageScope, field: Field, within: VersionRange): string {
  const test = versionTest(field.versions, within);
  const source = sourceOf(scope, field);
  const needsConstant = field.type.kind === "struct" && !field.isArray && isNullable(field);
  const write = writeStatement(scope, field, intersect(field.versions, within), needsConstant ? field.name : source);
  const block = needsConstant ? `{\nconst ${field.name} = ${source};\n${write}\n}` : write;
  if (test === "true") return block;
  return `if (${test}) ${block.startsWith("if ") ? `{\n${block}\n}` : block}`;
}

/** The value to write; null is a value of its own where the default is another. */
function sourceOf(scope: MessageScope, field: Field): string {
  const value = `value.${field.name}`;
  if (!isOptional(field)) return value;
  const instead = defaultOf(scope, field);
  return isNullable(field) && instead !== "null" ? `${value} === undefined ? ${instead} : ${value}` : `${value} ?? ${instead}`;
}

function taggedFields(scope: MessageScope, struct: Struct): string {
  if (!hasTags(scope, struct)) return "";
  const test = flexibleTest(scope, struct.versions);
  const flexible = intersect(scope.flexible, struct.versions);
  const tagged = struct.fields.filter((field) => field.tag !== undefined).sort((a, b) => (a.tag ?? 0) - (b.tag ?? 0));
  const flag = (field: Field): string => `has${field.name.slice(0, 1).toUpperCase()}${field.name.slice(1)}`;
  const statements = [
    ...tagged.map((field) => {
      const fieldTest = versionTest(field.versions, flexible);
      const said = `${field.name} !== undefined && ${differsFromDefault(scope, field)}`;
      return `const { ${field.name} } = value;\nconst ${flag(field)} = ${fieldTest === "true" ? said : `${fieldTest} && ${said}`};`;
    }),
    `writer.writeUvarint(${tagged.length === 0 ? "0" : tagged.map((field) => `(${flag(field)} ? 1 : 0)`).join(" + ")});`,
    ...tagged.map((field) => {
      const write = writeStatement(scope, field, intersect(field.versions, flexible), field.name);
      return `if (${flag(field)}) {\nconst mark = writer.beginTag(${field.tag ?? 0});\n${write}\nwriter.endTag(mark);\n}`;
    }),
  ];
  const body = statements.join("\n");
  return test === "true" ? body : `if (${test}) {\n${body}\n}`;
}

/** Tagged fields that hold their default are not sent. */
function differsFromDefault(scope: MessageScope, field: Field): string {
  if (field.isArray) return field.default === null ? `${field.name} !== null` : `${field.name}.length > 0`;
  if (field.type.kind === "scalar") return `${field.name} !== ${defaultOf(scope, field)}`;
  if (isNullable(field)) return `${field.name} !== null`;
  const fields = structOf(scope, field.type.struct).fields.map((inner) => {
    if (inner.isArray || inner.type.kind === "struct") throw new Error(`${field.name} is tagged, and not a struct of scalars`);
    return `(${field.name}.${inner.name}${isOptional(inner) ? ` ?? ${defaultOf(scope, inner)}` : ""}) !== ${defaultOf(scope, inner)}`;
  });
  return `(${fields.join(" || ")})`;
}

/** Writes a field in versions that have it. */
function writeStatement(scope: MessageScope, field: Field, within: VersionRange, source: string): string {
  const flexible = flexibleTest(scope, within);
  const nullTest = field.nullable === undefined ? "false" : versionTest(field.nullable, within);
  const { type } = field;
  if (!isNullable(field)) return writeOne(scope, field, flexible, { source, isNull: false });
  if (nullTest === "true") return writeOne(scope, field, flexible, { source, isNull: true });
  // Null in a version that has none is the caller's bug.
  scope.imports.add("required");
  const wanted = `required(${source}, "${field.name}")`;
  const plain = writeOne(scope, field, flexible, { source: wanted, isNull: false });
  if (nullTest === "false") return plain;
  if (type.kind === "struct" && !field.isArray) throw new Error(`${field.name}: structs are nullable in all versions or in none`);
  return `if (${nullTest}) ${writeOne(scope, field, flexible, { source, isNull: true })}\nelse ${plain}`;
}

function writeOne(
  scope: MessageScope,
  field: Field,
  flexible: string,
  { source, isNull }: { readonly source: string; readonly isNull: boolean },
): string {
  const { type } = field;
  if (field.isArray) {
    const helper = isNull ? "encodeNullableArray" : "encodeArray";
    scope.imports.add(helper);
    const element =
      type.kind === "struct" ? `encode${typeOf(scope, type.struct)}` : elementFunction(scope, type.scalar, flexible, "encode");
    return `${helper}(writer, ${source}, ${flexible}, version, ${element});`;
  }
  if (type.kind === "struct") {
    const write = `encode${typeOf(scope, type.struct)}(writer, ${source}, version);`;
    return isNull ? `writer.writeIsPresent(${source} !== null);\nif (${source} !== null) ${write}` : write;
  }
  switch (type.scalar) {
    case "string":
      return `writer.write${isNull ? "Nullable" : ""}String(${source}, ${flexible});`;
    case "bytes":
    case "records":
      return `writer.write${isNull ? "Nullable" : ""}Bytes(${source}, ${flexible});`;
    default:
      return `writer.${writerOf[type.scalar]}(${source});`;
  }
}
