import { initTypeOf, structOf, typeOf, type MessageScope } from "./message-scope.ts";
import type { Field, ScalarType } from "./spec.ts";
import { isEmpty } from "./version-range.ts";

const typeOfScalar: Readonly<Record<ScalarType, string>> = {
  bool: "boolean",
  int8: "number",
  int16: "number",
  uint16: "number",
  int32: "number",
  uint32: "number",
  int64: "number",
  float64: "number",
  string: "string",
  uuid: "string",
  bytes: "Uint8Array",
  records: "Uint8Array",
};

export function isNullable(field: Field): boolean {
  return field.nullable !== undefined && !isEmpty(field.nullable);
}

function isRecords({ type, isArray }: Field): boolean {
  return type.kind === "scalar" && type.scalar === "records" && !isArray;
}

/** The TypeScript type of a field, decoded or (`Init`) to encode. */
export function fieldType(scope: MessageScope, field: Field, isInit: boolean): string {
  const { type } = field;
  // Record sets are encoded from the pieces in which they lie in memory, so that nobody joins them.
  if (isInit && isRecords(field)) return `Uint8Array | readonly Uint8Array[]${isNullable(field) ? " | null" : ""}`;
  const single = type.kind === "scalar" ? typeOfScalar[type.scalar] : isInit ? initTypeOf(scope, type.struct) : typeOf(scope, type.struct);
  return `${field.isArray ? `readonly ${single}[]` : single}${isNullable(field) ? " | null" : ""}`;
}

/** What a field holds in versions without it, as source text. */
export function defaultOf(scope: MessageScope, field: Field): string {
  if (field.default === null) return "null";
  if (field.isArray) return "[]";
  if (field.type.kind === "struct") return emptyStruct(scope, field.type.struct);
  if (field.default !== undefined) return JSON.stringify(field.default);
  switch (field.type.scalar) {
    case "bool":
      return "false";
    case "string":
      return '""';
    case "uuid":
      scope.imports.add("ZERO_UUID");
      return "ZERO_UUID";
    case "bytes":
      return "new Uint8Array(0)";
    case "records":
      return isNullable(field) ? "null" : "new Uint8Array(0)";
    default:
      return "0";
  }
}

/** A struct of nothing but defaults. */
function emptyStruct(scope: MessageScope, name: string): string {
  const fields = structOf(scope, name).fields.map((field) => `${field.name}: ${defaultOf(scope, field)}`);
  return `{ ${fields.join(", ")} }`;
}
