const HEAD_BYTES = 8;

/** A record that says which it is: its number, then bytes that follow from it, so that a torn or mixed-up one is told from a whole one. */
export function encodeNumber(number: number, paddingBytes: number): Uint8Array {
  const value = new Uint8Array(HEAD_BYTES + paddingBytes).fill(number & 0xff);
  new DataView(value.buffer).setFloat64(0, number);
  return value;
}

/** The number; throws if the value is not one as it was written. */
export function decodeNumber(value: Uint8Array): number {
  if (value.length < HEAD_BYTES) throw new Error(`a value of ${value.length} bytes was never written`);
  const number = new DataView(value.buffer, value.byteOffset).getFloat64(0);
  for (let i = HEAD_BYTES; i < value.length; i++)
    if (value[i] !== (number & 0xff)) throw new Error(`the value of number ${number} is damaged at byte ${i}`);
  return number;
}
