import { isoTimeOfBytes } from "./iso-time.ts";
import { HASH_START, hashStep, type StringInterner, textOfBytes } from "./string-interner.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;

/**
 * Reads single values of JSON out of bytes. What is out of the ordinary (escapes, exponents, more than 15 digits, a wrong type) is not read: then `end` is -1,
 * what came back means nothing, and the plain way decides.
 */
export class ScalarReader {
  readonly #interner: StringInterner;
  /** Where the last value ended; -1: not readable. */
  end = -1;

  constructor(interner: StringInterner) {
    this.#interner = interner;
  }

  int(bytes: Uint8Array, position: number, end: number): number {
    return this.#number(bytes, position, end, false);
  }

  double(bytes: Uint8Array, position: number, end: number): number {
    return this.#number(bytes, position, end, true);
  }

  timestamp(bytes: Uint8Array, position: number, end: number): number {
    return bytes[position] === QUOTE ? this.#time(bytes, position, end) : this.#number(bytes, position, end, true);
  }

  boolean(bytes: Uint8Array, position: number, end: number): boolean {
    this.end = bytes[position] === 0x6e ? -1 : endOfLiteral(bytes, position, end); // null is none
    return bytes[position] === 0x74;
  }

  json(): undefined {
    this.end = -1;
  }

  /** Position after a value that nobody reads; -1: not readable. */
  skip(bytes: Uint8Array, position: number, end: number): number {
    return endOfScalar(bytes, position, end);
  }

  /** A number of at most 15 digits without exponent: digits / 10^k of two exact numbers rounds as the decimal itself would. */
  #number(bytes: Uint8Array, start: number, end: number, fractional: boolean): number {
    let position = start;
    const negative = bytes[position] === MINUS;
    if (negative) position++;
    const digitsStart = position;
    let value = 0;
    let byte = bytes[position] ?? 0;
    while (byte >= ZERO && byte <= 0x39) {
      value = value * 10 + (byte - ZERO);
      byte = bytes[++position] ?? 0;
    }
    const integerDigits = position - digitsStart;
    let digits = integerDigits;
    let scale = 1;
    if (byte === DOT && fractional) {
      byte = bytes[++position] ?? 0;
      const fractionStart = position;
      while (byte >= ZERO && byte <= 0x39) {
        value = value * 10 + (byte - ZERO);
        scale *= 10;
        byte = bytes[++position] ?? 0;
      }
      if (position === fractionStart) digits = 0;
      else digits += position - fractionStart;
    }
    const leadingZero = integerDigits > 1 && bytes[digitsStart] === ZERO;
    const wrong = integerDigits === 0 || digits === 0 || digits > 15 || leadingZero || position > end || isNumberPart(byte);
    this.end = wrong ? -1 : position;
    const result = scale === 1 ? value : value / scale;
    return negative ? -result : result;
  }

  string(bytes: Uint8Array, start: number, end: number): string {
    let position = start + 1;
    let hash = HASH_START;
    for (; position < end; position++) {
      const byte = bytes[position] ?? 0;
      if (byte === QUOTE) break;
      if (byte < 0x20 || byte === BACKSLASH || byte >= 0x80) return this.#wideString(bytes, start, end);
      hash = hashStep(hash, byte);
    }
    if (bytes[start] !== QUOTE || position >= end) {
      this.end = -1;
      return "";
    }
    this.end = position + 1;
    return this.#interner.intern(bytes, start + 1, position, hash);
  }

  #wideString(bytes: Uint8Array, start: number, end: number): string {
    const stringEnd = bytes[start] === QUOTE ? endOfPlainString(bytes, start + 1, end) : -1;
    this.end = stringEnd < 0 ? -1 : stringEnd + 1;
    return stringEnd < 0 ? "" : textOfBytes(bytes, start + 1, stringEnd);
  }

  #time(bytes: Uint8Array, start: number, end: number): number {
    const stringEnd = endOfPlainString(bytes, start + 1, end);
    const time = stringEnd < 0 ? NaN : isoTimeOfBytes(bytes, start + 1, stringEnd);
    this.end = Number.isNaN(time) ? -1 : stringEnd + 1;
    return time;
  }
}

/** Position of the closing quote of a string without escapes; -1: there is an escape, a control character, or no end. */
export function endOfPlainString(bytes: Uint8Array, start: number, end: number): number {
  for (let position = start; position < end; position++) {
    const byte = bytes[position] ?? 0;
    if (byte === QUOTE) return position;
    if (byte === BACKSLASH || byte < 0x20) return -1;
  }
  return -1;
}

/** Position after a string without escapes, a plain number or a literal; -1: something else. */
export function endOfScalar(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] ?? 0;
  if (first === QUOTE) {
    const stringEnd = endOfPlainString(bytes, start + 1, end);
    return stringEnd < 0 ? -1 : stringEnd + 1;
  }
  return first === MINUS || (first >= ZERO && first <= 0x39) ? endOfNumber(bytes, start, end) : endOfLiteral(bytes, start, end);
}

function endOfNumber(bytes: Uint8Array, start: number, end: number): number {
  const integerStart = bytes[start] === MINUS ? start + 1 : start;
  let position = endOfDigits(bytes, integerStart);
  const integerDigits = position - integerStart;
  if (integerDigits === 0 || (integerDigits > 1 && bytes[integerStart] === ZERO)) return -1;
  if (bytes[position] === DOT) {
    const fractionStart = position + 1;
    position = endOfDigits(bytes, fractionStart);
    if (position === fractionStart) return -1;
  }
  return position > end || isNumberPart(bytes[position] ?? 0) ? -1 : position;
}

function endOfDigits(bytes: Uint8Array, start: number): number {
  let position = start;
  for (;;) {
    const byte = bytes[position] ?? 0;
    if (byte < ZERO || byte > 0x39) return position;
    position++;
  }
}

const TRUE = Uint8Array.of(0x74, 0x72, 0x75, 0x65);
const FALSE = Uint8Array.of(0x66, 0x61, 0x6c, 0x73, 0x65);
const NULL = Uint8Array.of(0x6e, 0x75, 0x6c, 0x6c);

function endOfLiteral(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start];
  const literal = first === 0x74 ? TRUE : first === 0x66 ? FALSE : NULL;
  for (let index = 0; index < literal.length; index++) if (bytes[start + index] !== literal[index]) return -1;
  return start + literal.length > end ? -1 : start + literal.length;
}

/** A byte that would make the number before it another number, or none. */
function isNumberPart(byte: number): boolean {
  return (byte >= ZERO && byte <= 0x39) || byte === DOT || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === MINUS;
}
