import { create, type DescField, type DescMessage, ScalarType, toBinary } from "@bufbuild/protobuf";
import { repaired, sampleBatches } from "./record-batches.ts";

/** Nested messages deeper than this stay empty. */
const DEPTH_MAX = 5;
const NAMES = ["t", "g", "m-1", "tx", "cleanup.policy", "compact", "0"];
/** Different messages of a type: what a oneof holds, how many elements, which numbers; every name once for every field. */
const VARIANTS = NAMES.length;
const NUMBERS = [0, 1, -1, 7, 1_000, 300_000];

interface Draw {
  readonly variant: number;
  readonly depth: number;
}

/** Messages of a type as bytes: filled in by the descriptor, so that a new field is covered on the day it is added. */
export function sampleMessages(schema: DescMessage): readonly Uint8Array[] {
  return Array.from({ length: VARIANTS }, (_, variant) => toBinary(schema, create(schema, messageOf(schema, { variant, depth: 0 }))));
}

function messageOf(schema: DescMessage, draw: Draw): Record<string, unknown> {
  if (draw.depth > DEPTH_MAX) return {};
  const plain = schema.fields.filter(({ oneof }) => oneof === undefined).map((field) => [field.localName, fieldOf(field, draw)] as const);
  const chosen = schema.oneofs.map((oneof) => {
    const field = oneof.fields[draw.variant % oneof.fields.length];
    return [oneof.localName, field === undefined ? { case: undefined } : { case: field.localName, value: fieldOf(field, draw) }] as const;
  });
  return Object.fromEntries([...plain, ...chosen]);
}

function fieldOf(field: DescField, { variant, depth }: Draw): unknown {
  const draw = { variant: variant + field.number, depth: depth + 1 };
  switch (field.fieldKind) {
    case "message":
      return messageOf(field.message, draw);
    case "enum":
      return field.enum.values[draw.variant % field.enum.values.length]?.number ?? 0;
    case "scalar":
      return scalarOf(field.scalar, draw.variant);
    case "list":
      return Array.from({ length: 1 + (variant % 2) }, () => elementOf(field, draw));
    case "map":
      return { [NAMES[draw.variant % NAMES.length] ?? ""]: mapValueOf(field, draw) };
  }
}

function elementOf(field: DescField & { fieldKind: "list" }, draw: Draw): unknown {
  if (field.listKind === "message") return messageOf(field.message, draw);
  return field.listKind === "enum" ? (field.enum.values[0]?.number ?? 0) : scalarOf(field.scalar, draw.variant);
}

function mapValueOf(field: DescField & { fieldKind: "map" }, draw: Draw): unknown {
  if (field.mapKind === "message") return messageOf(field.message, draw);
  return field.mapKind === "enum" ? (field.enum.values[0]?.number ?? 0) : scalarOf(field.scalar, draw.variant);
}

/** Batches wherever there are bytes: the largest part of what is sent. */
function scalarOf(type: ScalarType, variant: number): unknown {
  const number = NUMBERS[variant % NUMBERS.length] ?? 0;
  switch (type) {
    case ScalarType.STRING:
      return NAMES[variant % NAMES.length];
    case ScalarType.BOOL:
      return variant % 2 === 0;
    case ScalarType.BYTES:
      return repaired(sampleBatches()[variant % 10] ?? new Uint8Array(0));
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return BigInt(number);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return BigInt(Math.abs(number));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return Math.abs(number);
    default:
      return number;
  }
}
