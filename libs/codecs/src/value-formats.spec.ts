import { create, toBinary } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import { createValueFormats } from "./value-formats.ts";

const formats = createValueFormats();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

const avro = {
  format: "avro",
  schema: JSON.stringify({
    type: "record",
    name: "Order",
    fields: [
      { name: "id", type: "long" },
      { name: "item", type: "string" },
      { name: "note", type: ["null", "string"], default: null },
    ],
  }),
};

const field = (name: string, jsonName: string, number: number, type: FieldDescriptorProto_Type) => ({
  ...{ name, jsonName, number, type },
  label: FieldDescriptorProto_Label.OPTIONAL,
});
const orderFile = {
  name: "order.proto",
  package: "shop",
  syntax: "proto3",
  messageType: [
    {
      name: "Order",
      field: [
        field("id", "id", 1, FieldDescriptorProto_Type.INT64),
        field("item_name", "itemName", 2, FieldDescriptorProto_Type.STRING),
        field("quantity", "quantity", 3, FieldDescriptorProto_Type.INT32),
      ],
    },
  ],
};
const descriptors = Buffer.from(toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [orderFile] }))).toString(
  "base64",
);
const protobuf = { format: "protobuf", descriptors, message: "shop.Order" };

describe("createValueFormats", () => {
  // Bytes worked out by hand from the formats' specifications.
  it.each([
    ["msgpack", { format: "msgpack" }, { a: 1, b: [true, null, "x"] }, "82a16101a16293c3c0a178"],
    ["avro", avro, { id: 3, item: "a", note: null }, "06026100"],
    ["avro, the other branch of a union", avro, { id: -1, item: "", note: "n" }, "010002026e"],
    ["protobuf", protobuf, { id: "150", itemName: "ab", quantity: 0 }, "08960112026162"],
  ])("%s has the bytes that others write", (_, serde, value, expected) => {
    const format = formats.open(serde);
    expect(hex(format?.encode(value) ?? new Uint8Array())).toBe(expected);
    expect(format?.decode(bytes(expected))).toEqual(value);
  });

  it("reads 64-bit integers of msgpack without loss", () => {
    const format = formats.open({ format: "msgpack" });
    expect(format?.decode(bytes("d30000000000000005"))).toBe(5);
    expect(format?.decode(bytes("cfffffffffffffffff"))).toBe(2n ** 64n - 1n);
  });

  it("gives plain objects, which state and shuffles take", () => {
    const decoded = formats.open(avro)?.decode(bytes("06026100")) as object;
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  });

  it.each([
    ["msgpack that ends early", { format: "msgpack" }, "82a161"],
    ["msgpack with bytes behind it", { format: "msgpack" }, "0101"],
    ["avro that ends early", avro, "0604"],
    ["avro with bytes behind it", avro, "0602610001"],
    ["protobuf that ends early", protobuf, "089601120561"],
  ])("refuses %s", (_, serde, text) => {
    expect(() => formats.open(serde)?.decode(bytes(text))).toThrow();
  });

  it.each([
    ["a value that does not fit its Avro schema, with the field", avro, { id: "x", item: "a", note: null }, /at id/],
    ["a value that does not fit its message", protobuf, { id: "x" }, /id/],
  ])("refuses %s", (_, serde, value, message) => {
    expect(() => formats.open(serde)?.encode(value)).toThrow(message);
  });

  it.each([
    ["an Avro schema that is not JSON", { format: "avro", schema: "{" }],
    ["an Avro schema of an unknown type", { format: "avro", schema: '{"type":"number"}' }],
    ["descriptors that are none", { format: "protobuf", descriptors: "AAAA", message: "a.B" }],
    ["a message that the descriptors have not", { ...protobuf, message: "shop.Basket" }],
  ])("refuses %s", (_, serde) => {
    expect(() => formats.open(serde)).toThrow(expect.objectContaining({ code: "invalid-schema" }));
  });

  it("knows no other format", () => {
    expect(formats.open({ format: "xml" })).toBeUndefined();
  });
});
