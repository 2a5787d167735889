import { emitDecode } from "./emit-decode.ts";
import { emitEncode } from "./emit-encode.ts";
import { emitTypes } from "./emit-types.ts";
import { initTypeOf, type MessageScope, hasInit } from "./message-scope.ts";
import { camelCase, typeName } from "./names.ts";
import type { Api, Message } from "./spec.ts";

export const header = "// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.";

/** A generated module: its text before formatting, and the names it exports. */
export interface ApiModule {
  readonly text: string;
  readonly types: readonly string[];
  readonly codec: string;
  readonly functions: readonly string[];
}

const modules: Readonly<Record<string, readonly string[]>> = {
  "../uuid.ts": ["ZERO_UUID"],
  "../required.ts": ["required"],
};

/** The module of one API: types and codecs of its request and response, and the codec object that holds them. */
export function emitApi(api: Api): ApiModule {
  const imports = new Set<string>();
  const scopes = (["Request", "Response"] as const).map((side): MessageScope => ({
    name: api.name + side,
    message: side === "Request" ? api.request : api.response,
    flexible: api.flexible,
    imports,
  }));
  const messages = scopes.map((scope) => emitMessage(scope));
  const types = scopes.flatMap((scope) => typesOf(scope));
  const text = [header, importLines(imports), ...messages, emitCodec(api, scopes)].join("\n\n");
  const functions = scopes.flatMap(({ name }) => [`decode${name}`, `encode${name}`]);
  return { text, types, codec: codecName(api), functions };
}

function emitMessage(scope: MessageScope): string {
  const { root, structs }: Message = scope.message;
  const types = [
    emitTypes(scope, root, `Body of a ${scope.name}.`),
    ...structs.map((struct) => emitTypes(scope, struct, `Part of ${scope.name}.`)),
  ];
  const functions = [root, ...structs].flatMap((struct) => [emitDecode(scope, struct), emitEncode(scope, struct)]);
  return [...types, ...functions].join("\n\n");
}

function typesOf(scope: MessageScope): readonly string[] {
  return [scope.message.root, ...scope.message.structs].flatMap((struct) => {
    const name = typeName(scope.name, struct.name);
    return hasInit(scope, struct) ? [name, `${name}Init`] : [name];
  });
}

function importLines(names: ReadonlySet<string>): string {
  const elsewhere = Object.values(modules).flat();
  const arrays = [...names].filter((name) => !elsewhere.includes(name)).sort();
  return [
    'import type { ApiCodec } from "../api-codec.ts";',
    ...(arrays.length === 0 ? [] : [`import { ${arrays.join(", ")} } from "../arrays.ts";`]),
    ...Object.entries(modules).flatMap(([path, exported]) => {
      const used = exported.filter((name) => names.has(name));
      return used.length === 0 ? [] : [`import { ${used.join(", ")} } from "${path}";`];
    }),
    'import type { WireReader } from "../wire-reader.ts";',
    'import type { WireWriter } from "../wire-writer.ts";',
  ].join("\n");
}

export function codecName(api: Api): string {
  return `${camelCase(api.name)}Api`;
}

function emitCodec(api: Api, scopes: readonly MessageScope[]): string {
  const [request, response] = scopes.map(({ name }) => name);
  const types = scopes.flatMap((scope) => [scope.name, initTypeOf(scope, "")]);
  const flexible = api.flexible.min === Infinity ? "Infinity" : String(api.flexible.min);
  const notes = api.notes === undefined ? "" : ` ${api.notes.replace(/\*\//g, "* /")}.`;
  return [
    `/** ${api.about}${notes} */`,
    `export const ${codecName(api)}: ApiCodec<${types.join(", ")}> = {`,
    `key: ${api.key}, name: "${api.name}", versionMin: ${api.versions.min}, versionMax: ${api.versions.max},`,
    `advertisedMin: ${api.advertisedMin}, flexibleMin: ${flexible},`,
    `decodeRequest: decode${request ?? ""}, encodeRequest: encode${request ?? ""},`,
    `decodeResponse: decode${response ?? ""}, encodeResponse: encode${response ?? ""},`,
    "};",
  ].join("\n");
}
