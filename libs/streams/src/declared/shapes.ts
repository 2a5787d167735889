import type { FieldType, SerdeDescriptor, SourceDescriptor } from "@millrace/model";
import type { ExpressionType } from "@millrace/ports";

/** A variable of an expression: its name, its type, and what it is of what the function is given. */
export interface Variable {
  readonly name: string;
  readonly type: ExpressionType;
  readonly of: (given: unknown) => unknown;
}

/** The elements of a stream as expressions see them. */
export interface Shape {
  /** Of a whole element. */
  readonly parts: readonly Variable[];
  readonly type: ExpressionType;
  /** Of pairs: what operators by key are given. */
  readonly pair?: Pairs;
  /** Of results with state behind them: what `stateSnapshots` yields. */
  readonly states?: Shape;
}

/** Keys and values of a stream of pairs. */
export interface Pairs {
  readonly key: ExpressionType;
  readonly value: ExpressionType;
  /** Of a value: `value`, or after a join `left` and `right`. */
  readonly parts: readonly Variable[];
}

const whole = (given: unknown): unknown => given;
const item =
  (index: number) =>
  (given: unknown): unknown =>
    (given as readonly unknown[])[index];
const field =
  (name: string) =>
  (given: unknown): unknown =>
    (given as Readonly<Record<string, unknown>>)[name];

/** A variable that is given as it is. */
export function variable(name: string, type: ExpressionType): Variable {
  return { name, type, of: whole };
}

/** Elements of one value each: `value`. */
export function plainShape(type: ExpressionType): Shape {
  return { parts: [{ name: "value", type, of: whole }], type };
}

/** Pairs: `key` and `value`. */
export function pairShape(key: ExpressionType, value: ExpressionType): Shape {
  return pairsOf({ key, value, parts: [{ name: "value", type: value, of: whole }] });
}

/** What joins give: `key`, `left`, `right`. */
export function joinedShape(key: ExpressionType, left: ExpressionType, right: ExpressionType): Shape {
  const parts = [
    { name: "left", type: left, of: item(0) },
    { name: "right", type: right, of: item(1) },
  ];
  return pairsOf({ key, value: "any", parts });
}

function pairsOf(pair: Pairs): Shape {
  const parts = pair.parts.map(({ name, type, of }) => ({ name, type, of: (given: unknown): unknown => of(item(1)(given)) }));
  return { parts: [{ name: "key", type: pair.key, of: item(0) }, ...parts], type: "any", pair };
}

/** Results of windows: `key`, `window.start`, `window.end`, `value`. */
export function windowShape(key: ExpressionType, value: ExpressionType): Shape {
  const window: ExpressionType = { record: { start: "timestamp", end: "timestamp" } };
  const record = { key, window, value };
  return { parts: Object.entries(record).map(([name, type]) => ({ name, type, of: field(name) })), type: { record } };
}

/** What a source yields. */
export function sourceShape(source: SourceDescriptor): Shape {
  if (source.type === "connector") return plainShape("any"); // what its elements are, the connector knows
  const { elements, key, value } = source;
  const [keyType, valueType] = [key === undefined ? "bytes" : serdeType(key), serdeType(value)];
  if (elements === "value") return plainShape(valueType);
  if (elements === "pair") return pairShape(keyType, valueType);
  const record: Record<string, ExpressionType> = {
    key: keyType,
    value: valueType,
    timestamp: "timestamp",
    partition: "int",
    offset: "int",
  };
  return { parts: Object.entries(record).map(([name, type]) => ({ name, type, of: field(name) })), type: { record } };
}

const FIELD_TYPES: Readonly<Record<FieldType, ExpressionType>> = {
  string: "string",
  int: "int",
  double: "double",
  boolean: "bool",
  timestamp: "timestamp",
  json: "any",
};

function serdeType(serde: SerdeDescriptor): ExpressionType {
  if (serde.format === "string" || serde.format === "bytes") return serde.format;
  if (serde.format !== "json" || serde.fields === undefined) return "any";
  return { record: Object.fromEntries(Object.entries(serde.fields).map(([name, type]) => [name, FIELD_TYPES[type]])) };
}

/** Whether elements of both can be in one stream. */
export function sameShape(left: Shape, right: Shape): boolean {
  const textOf = ({ parts, type, pair }: Shape): string => JSON.stringify({ parts, type, pair });
  return textOf(left) === textOf(right);
}

/** A type as CEL writes it, for messages. */
export function typeText(type: ExpressionType): string {
  if (typeof type === "string") return type;
  if ("list" in type) return `list(${typeText(type.list)})`;
  if ("map" in type) return `map(${typeText(type.map[0])}, ${typeText(type.map[1])})`;
  const fields = Object.entries(type.record).map(([name, fieldType]) => `${name}: ${typeText(fieldType)}`);
  return `{${fields.join(", ")}}`;
}
