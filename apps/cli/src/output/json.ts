/** One line of JSON. 64-bit numbers of the wire become numbers, bytes become base64, and protobuf's own properties are left out. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, plain)}\n`;
}

function plain(name: string, value: unknown): unknown {
  if (name === "$typeName" || name === "$unknown") return undefined;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value;
}
