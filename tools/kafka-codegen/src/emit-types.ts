import { fieldType } from "./field-types.ts";
import { hasInit, isOptional, type MessageScope, typeOf } from "./message-scope.ts";
import type { Field, Struct } from "./spec.ts";
import { versionTest } from "./version-range.ts";

/** The interfaces of one struct: as decoded, and as encoded where that differs. */
export function emitTypes(scope: MessageScope, struct: Struct, about: string): string {
  const name = typeOf(scope, struct.name);
  const decoded = struct.fields.map(
    (field) => `${versionsComment(scope, field)}readonly ${field.name}: ${fieldType(scope, field, false)};`,
  );
  const types = [`/** ${about} */\nexport interface ${name} {\n${decoded.join("\n")}\n}`];
  if (hasInit(scope, struct)) {
    const init = struct.fields.map((field) => {
      const type = fieldType(scope, field, true);
      return `readonly ${field.name}${isOptional(field) ? `?: ${type} | undefined` : `: ${type}`};`;
    });
    types.push(`/** ${name} to encode: what has a default may be missing. */\nexport interface ${name}Init {\n${init.join("\n")}\n}`);
  }
  return types.join("\n\n");
}

function versionsComment(scope: MessageScope, { versions, tag }: Field): string {
  const all = scope.message.root.versions;
  const test = versionTest(versions, all);
  const range =
    versions.max === all.max
      ? `v${versions.min}+`
      : versions.min === versions.max
        ? `v${versions.min}`
        : `v${versions.min}-${versions.max}`;
  const parts = [...(test === "true" ? [] : [range]), ...(tag === undefined ? [] : [`tag ${tag}`])];
  return parts.length === 0 ? "" : `/** ${parts.join(", ")} */\n`;
}
