import { describe, expect, it } from "@jest/globals";
import { format } from "prettier";
import { emitApi } from "./emit-api.ts";
import { parseApi } from "./spec.ts";

interface FieldSpec {
  readonly name: string;
  readonly type: string;
  readonly versions: string;
  readonly [key: string]: unknown;
}

/** The generated module of an API whose request has these fields, formatted. */
async function generated(...fields: readonly FieldSpec[]): Promise<string> {
  const spec = {
    apiKey: 99,
    name: "Echo",
    about: "Says it again.",
    versions: "1-4",
    flexibleVersions: "3+",
    request: { fields },
    response: { fields: [] },
  };
  return format(emitApi(parseApi(JSON.stringify(spec))).text, { parser: "typescript", printWidth: 140 });
}

describe("emitApi", () => {
  it("reads and writes a field in the versions that have it, and gives its default in the others", async () => {
    const text = await generated({ name: "epoch", type: "int32", versions: "2+", default: -1 });
    expect(text).toContain("const epoch = version >= 2 ? reader.readInt32() : -1;");
    expect(text).toContain("if (version >= 2) writer.writeInt32(value.epoch ?? -1);");
    expect(text).toContain("readonly epoch?: number | undefined;");
  });

  it("allows null in the versions that have it only", async () => {
    const text = await generated({ name: "note", type: "string", versions: "1+", nullableVersions: "2+" });
    expect(text).toContain("version >= 2 ? reader.readNullableString(isFlexible) : reader.readString(isFlexible)");
    expect(text).toContain('else writer.writeString(required(value.note, "note"), isFlexible);');
  });

  it("keeps null apart from a field that is missing", async () => {
    const text = await generated({ name: "names", type: "[]string", versions: "2+", nullableVersions: "2+" });
    expect(text).toContain("value.names === undefined ? [] : value.names");
  });

  it("sends tagged fields by ascending tag, and only what differs from the default", async () => {
    const text = await generated(
      { name: "second", type: "int64", versions: "3+", tag: 1, taggedVersions: "3+", default: -1 },
      { name: "first", type: "uuid", versions: "4+", tag: 0, taggedVersions: "4+" },
    );
    expect(text).toContain("const hasFirst = version >= 4 && first !== undefined && first !== ZERO_UUID;");
    expect(text).toContain("writer.writeUvarint((hasFirst ? 1 : 0) + (hasSecond ? 1 : 0));");
    expect(text.indexOf("writer.beginTag(0)")).toBeLessThan(text.indexOf("writer.beginTag(1)"));
  });

  it("generates the same text from the same spec", async () => {
    const field = { name: "ids", type: "[]int32", versions: "1+" };
    expect(await generated(field)).toBe(await generated(field));
  });

  it.each([
    ["an unknown struct", { name: "a", type: "[]Nothing", versions: "1+" }, "no struct Nothing for a"],
    ["versions outside of the API's", { name: "a", type: "int8", versions: "5+" }, "field a has no version"],
    [
      "a tag in some versions only",
      { name: "a", type: "int8", versions: "1+", tag: 0, taggedVersions: "3+" },
      "field a is tagged in some versions only",
    ],
    ["a default that is no scalar", { name: "a", type: "int8", versions: "1+", default: [] }, "default of a is not a scalar"],
  ])("refuses %s", async (_, field, message) => {
    await expect(generated(field)).rejects.toThrow(message);
  });
});
