import { ScalarReader } from "./json-scalar.ts";
import { createShapeReader, isSameShape, type JsonShape, type RecordReader } from "./json-shape.ts";
import { createGeneratedReader } from "./shape-code.ts";
import { StringInterner } from "./string-interner.ts";

/** Reads records of the shape learned last: by walking it at first, and by code made for it once so many of its records came that making it pays. */
export class ShapeReaders {
  readonly #names: readonly string[];
  readonly #generatedAfter: number;
  readonly #scalars = new ScalarReader(new StringInterner());
  #shape: JsonShape | undefined;
  #read: RecordReader | undefined;
  #hits = 0;

  /** Names of the fields in their order; `generatedAfter` records code is made, never for Infinity. */
  constructor(names: readonly string[], generatedAfter: number) {
    this.#names = names;
    this.#generatedAfter = generatedAfter;
  }

  read(bytes: Uint8Array, start: number, end: number): Record<string, unknown> | undefined {
    const value = this.#read?.(bytes, start, end);
    if (value !== undefined && ++this.#hits === this.#generatedAfter) this.#generate();
    return value;
  }

  /** A record had this shape and was not read: the shape is new, or the record had something out of the ordinary. */
  learn(shape: JsonShape): void {
    if (this.#shape !== undefined && isSameShape(shape, this.#shape)) return;
    this.#shape = shape;
    this.#hits = 0;
    this.#read = createShapeReader(shape, this.#names, this.#scalars);
    if (this.#generatedAfter === 0) this.#generate();
  }

  #generate(): void {
    if (this.#shape !== undefined) this.#read = createGeneratedReader(this.#shape, this.#names, this.#scalars);
  }
}
