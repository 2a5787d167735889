/** `FetchResponsePartition` of struct `Partition` in `FetchResponse`; the message itself for its root, whose name is empty. */
export function typeName(message: string, struct: string): string {
  return message + struct;
}

/** `add-offsets-to-txn` of `AddOffsetsToTxn`. */
export function kebabCase(name: string): string {
  return name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();
}

/** `addOffsetsToTxn` of `AddOffsetsToTxn`. */
export function camelCase(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

/** `02` of 2: keys sort as numbers in file names. */
export function keyPrefix(key: number): string {
  return String(key).padStart(2, "0");
}
