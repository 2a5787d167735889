import { typeName } from "./names.ts";
import type { Field, Message, Struct } from "./spec.ts";
import { intersect, isEmpty, versionTest, type VersionRange } from "./version-range.ts";

/** What a message's generated code refers to: its name, its structs, where it is flexible, and which imports it has used so far. */
export interface MessageScope {
  /** `FetchRequest` */
  readonly name: string;
  readonly message: Message;
  readonly flexible: VersionRange;
  /** Names used from the library's hand-written modules; grows while code is written. */
  readonly imports: Set<string>;
}

export function structOf(scope: MessageScope, name: string): Struct {
  const struct = scope.message.structs.find((each) => each.name === name);
  if (struct === undefined) throw new Error(`no struct ${name} in ${scope.name}`);
  return struct;
}

/** The exported type of a struct. */
export function typeOf(scope: MessageScope, struct: string): string {
  return typeName(scope.name, struct);
}

/** Whether fields of the struct are encoded from more than they decode to (missing ones, records in pieces), or of a struct inside: then it has an `…Init` type of its own. */
export function hasInit(scope: MessageScope, struct: Struct): boolean {
  return struct.fields.some(
    (field) =>
      isOptional(field) ||
      (field.type.kind === "struct" ? hasInit(scope, structOf(scope, field.type.struct)) : field.type.scalar === "records"),
  );
}

/** The type to encode a struct from. */
export function initTypeOf(scope: MessageScope, struct: string): string {
  const init = hasInit(scope, struct === "" ? scope.message.root : structOf(scope, struct));
  return typeOf(scope, struct) + (init ? "Init" : "");
}

/** Whether a field may be missing when encoding: it has a default that means "nothing to say", or it is a list that some versions do not know. */
export function isOptional(field: Field): boolean {
  return field.tag !== undefined || field.default !== undefined || (field.isArray && field.isPartial);
}

/** Whether a field of the struct is flexible, as source text: `true`, `false`, or the name of a local constant. */
export function flexibleTest(scope: MessageScope, within: VersionRange): string {
  const test = versionTest(scope.flexible, within);
  return test === "true" || test === "false" ? test : "isFlexible";
}

/** The declaration of that constant, where the struct needs one. */
export function flexibleDeclaration(scope: MessageScope, struct: Struct, body: string): string {
  return /\bisFlexible\b/.test(body) ? `const isFlexible = ${versionTest(scope.flexible, struct.versions)};` : "";
}

/** Whether the struct ever ends with tagged fields. */
export function hasTags(scope: MessageScope, struct: Struct): boolean {
  return !isEmpty(intersect(scope.flexible, struct.versions));
}

/** Structs that stand in a tagged field: they must be comparable with their default. */
export function taggedStructs(message: Message): ReadonlySet<string> {
  const fields = [message.root, ...message.structs].flatMap((struct) => struct.fields);
  return new Set(
    fields.flatMap(({ tag, isArray, type }) => (tag !== undefined && !isArray && type.kind === "struct" ? [type.struct] : [])),
  );
}
