/** One serialisation format of keys or values, opened with its schema. */
export interface ValueFormat {
  /** Throws what is wrong with the bytes, in words for whoever wrote them. The value shares no memory with the bytes. */
  decode(bytes: Uint8Array): unknown;
  /** Throws what is wrong with the value. */
  encode(value: unknown): Uint8Array;
}

/** Formats that need a library, by the serde of the job graph: `format` says which, the rest is its own. */
export interface ValueFormats {
  /** Undefined: there is no such format. Throws an AppError of kind `invalid` for a schema that is none. */
  open(serde: { readonly format: string }): ValueFormat | undefined;
}

/** For runtimes whose jobs use none of them. */
export const NO_VALUE_FORMATS: ValueFormats = { open: () => undefined };
